/** JSON texts as trees whose leaves are the tokens as written. */
import type { Choices, Dialect, Member, Tree } from './tree.js';

export interface JsonText {
  /** Undefined where the bytes are not text of that encoding. */
  decode(bytes: Uint8Array): string | undefined;
  encode(text: string): Uint8Array;
}

/** JSON in an encoding. */
export function jsonDialect({ decode, encode }: JsonText): Dialect<string> {
  return {
    parse(bytes) {
      const text = decode(bytes);
      return text === undefined ? null : new Parser(text).whole();
    },
    print: (tree, choices) => encode(new Printer(choices).whole(tree)),
    text: (value) => JSON.stringify(value),
    say: sayToken,
    strange: (choices) =>
      choices.chance(0.02)
        ? nested(choices.pick(['[', '{"a":', '[{"a":']), choices.whole(12, 40))
        : choices.pick(choices.pick(strangeTokens)),
    respell: (raw, choices) =>
      raw.startsWith('"') ? respellText(raw, choices) : respellNumber(raw, choices),
  };
}

const token = /"(?:[^"\\]|\\[\s\S])*"|[-+.\w]+|[[\]{}:,]/gy;
const space = /[ \t\r\n]*/gy;

/** Strict about brackets and commas, not about what stands in a token. */
class Parser {
  readonly #text: string;
  #at = 0;
  #next: string | null = null;

  constructor(text: string) {
    this.#text = text.startsWith('\ufeff') ? text.slice(1) : text;
    this.#advance();
  }

  whole(): Tree<string> | null {
    const tree = this.#value();
    return this.#next === null && this.#at === this.#text.length ? tree : null;
  }

  #advance(): void {
    space.lastIndex = this.#at;
    space.exec(this.#text);
    token.lastIndex = space.lastIndex;
    const found = token.exec(this.#text);
    this.#next = found === null ? null : found[0];
    this.#at = found === null ? space.lastIndex : token.lastIndex;
  }

  #take(expected: string): boolean {
    if (this.#next !== expected) return false;
    this.#advance();
    return true;
  }

  #value(): Tree<string> | null {
    if (this.#take('[')) {
      const items = this.#sequence(']', () => this.#value());
      return items === null ? null : { kind: 'list', items };
    }
    if (this.#take('{')) {
      const members = this.#sequence('}', () => this.#member());
      return members === null ? null : { kind: 'map', members };
    }
    return this.#leaf();
  }

  #leaf(): Tree<string> | null {
    const raw = this.#next;
    if (raw === null || /^[[\]{}:,]$/.test(raw)) return null;
    this.#advance();
    return { kind: 'leaf', raw };
  }

  #member(): Member<string> | null {
    const key = this.#next?.startsWith('"') === true ? this.#next : null;
    if (key === null) return null;
    this.#advance();
    const value = this.#take(':') ? this.#value() : null;
    return value === null ? null : { key, value };
  }

  #sequence<T>(end: string, read: () => T | null): T[] | null {
    const found: T[] = [];
    if (this.#take(end)) return found;
    for (;;) {
      const one = read();
      if (one === null) return null;
      found.push(one);
      if (this.#take(end)) return found;
      if (!this.#take(',')) return null;
    }
  }
}

class Printer {
  readonly #choices: Choices;
  readonly #spaced: boolean;

  constructor(choices: Choices) {
    this.#choices = choices;
    this.#spaced = choices.chance(0.15);
  }

  whole(tree: Tree<string>): string {
    const mark = this.#choices.chance(0.02) ? '\ufeff' : '';
    return `${mark}${this.#gap()}${this.#print(tree)}${this.#gap()}`;
  }

  #gap(): string {
    return this.#spaced ? this.#choices.pick(['', ' ', '\n', '\t', '\r\n', '    ']) : '';
  }

  #print(tree: Tree<string>): string {
    if (tree.kind === 'leaf') return tree.raw;
    const gap = this.#gap();
    if (tree.kind === 'list') {
      return `[${gap}${tree.items.map((item) => this.#print(item)).join(`${gap},${this.#gap()}`)}${gap}]`;
    }
    const members = tree.members.map(({ key, value }) => `${key}${gap}:${this.#gap()}${this.#print(value)}`);
    return `{${gap}${members.join(`,${gap}`)}${this.#gap()}}`;
  }
}

function sayToken(raw: string): string | null {
  if (!raw.startsWith('"')) return /^[-\d]/.test(raw) ? raw : null;
  try {
    return JSON.parse(raw) as string;
  } catch {
    return null;
  }
}

function nested(open: string, times: number): string {
  const close = [...open].reverse().map((mark) => ({ '[': ']', '{': '}' })[mark] ?? '');
  return `${open.repeat(times)}1${close.join('').repeat(times)}`;
}

/** Tokens, well-formed and ill-formed, that no claim should need; by what is strange about them. */
const strangeTokens: readonly (readonly string[])[] = [
  [
    ...['null', 'true', 'false', '""', '[]', '{}', '[[]]', '[{}]', '{"":null}', '[null]', '[1]', '["1"]'],
    ...['{"toString":1}', '{"valueOf":1,"toString":null}', '{"__proto__":{"a":1}}', '{"length":3}'],
  ],
  [
    ...[
      '0',
      '-0',
      '1',
      '2',
      '-1',
      '1e2',
      '1E+2',
      '10e-1',
      '1e-7',
      '1e309',
      '-1e309',
      '1e-400',
      '0.1e1',
      '0e9',
    ],
    ...['9007199254740991', '9007199254740992', '9007199254740993', '-9007199254740993', '1e21', '1e20'],
    ...['18446744073709551615', '12345678901234567890', '123456789012345678901234567890', '5e-324'],
    ...['0.1', '24.60', '0.005', '0.00005', '0.30000000000000004', '1.7976931348623157e308', '99999999.995'],
    ...['20260318', '20260318102140', '1.0', '-1.50', '100000000', '1000000.00005', '1234567890123456.7'],
  ],
  [
    ...['+1', '01', '-01', '1.', '.5', '-', '1e', '1e+', '0x10', '1_0', 'NaN', 'Infinity', '-Infinity'],
    ...[
      'nul',
      'tru',
      'True',
      'undefined',
      "'a'",
      '"',
      '"\\"',
      '"\\x41"',
      '"\\u12"',
      '"\\u00zz"',
      '"a\nb"',
      '"\t"',
    ],
  ],
  [
    ...[
      '"\\ud800"',
      '"\\udc00\\ud800"',
      '"\\ud83d\\ude00"',
      '"a\\ud83d"',
      '"\\u0000"',
      '"\\u007f"',
      '"\\\\"',
    ],
    ...[
      '"\\/"',
      '"\\b\\f\\n\\r\\t"',
      '"\\u0031"',
      '" \\u0020 "',
      '"\\ufeff1"',
      '"\\u3000-\\u3000"',
      '"\u2028"',
    ],
  ],
];

const escapes: Readonly<Record<string, string>> = { '/': '\\/', '\\': '\\\\', '"': '\\"' };

/** One character as an escape, or the whole text as a number where it is one. */
function respellText(raw: string, choices: Choices): string {
  const said = sayToken(raw);
  if (said === null || said === '') return raw;
  if (/^-?(0|[1-9]\d*)(\.\d+)?$/.test(said) && choices.chance(0.4)) return said;
  if (choices.chance(0.2))
    return JSON.stringify(choices.pick([` ${said}`, `${said}\u3000`, `\u00a0${said}\t`]));
  const at = choices.whole(0, said.length - 1);
  const unit = said.charCodeAt(at).toString(16).padStart(4, '0');
  const escaped = `\\u${choices.chance(0.5) ? unit : unit.toUpperCase()}`;
  const spelt = choices.chance(0.2) ? (escapes[said[at] ?? ''] ?? escaped) : escaped;
  return `"${within(said.slice(0, at))}${spelt}${within(said.slice(at + 1))}"`;
}

const within = (text: string): string => JSON.stringify(text).slice(1, -1);

function respellNumber(raw: string, choices: Choices): string {
  if (!/^-?(0|[1-9]\d*)(\.\d+)?$/.test(raw)) return raw;
  const [whole = raw, fraction = ''] = raw.split('.');
  const exact = fraction === '' ? raw : `${whole}.${fraction}`;
  return choices.pick([
    `"${raw}"`,
    `${exact}e0`,
    fraction === '' ? `${raw}.0` : `${raw}0`,
    fraction === '' ? `${raw}0e-1` : `${whole}${fraction}e-${fraction.length}`,
    fraction === '' ? `${raw}.000000000000000000001` : `${raw}0000000000000000001`,
    `"${raw}e0"`,
    `"+${raw}"`,
  ]);
}
