/** As much of the Dockerfile language as ours uses. */

export interface Instruction {
  /** `COPY`, upper case. */
  readonly name: string;
  /** Everything after the name, continuation lines joined. */
  readonly text: string;
}

export interface Stage {
  readonly name: string;
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

export function dockerInstructions(text: string): readonly Instruction[] {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line));
  const joined = lines.join('\n').replace(/\\\n\s*/g, ' ');
  return joined
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
      return { name: name.toUpperCase(), text: rest.trim() };
    });
}

export function stagesOf(instructions: readonly Instruction[]): readonly Stage[] {
  const starts = instructions.flatMap(({ name }, i) => (name === 'FROM' ? i : []));
  return starts.map((start, i) => {
    const [from = '', , name = ''] = instructions[start]!.text.split(/\s+/);
    return { name, from, instructions: instructions.slice(start + 1, starts[i + 1]) };
  });
}

/** The variables that ENV sets. */
export function environmentOf(stage: Stage): Readonly<Record<string, string>> {
  const texts = stage.instructions.filter(({ name }) => name === 'ENV').map(({ text }) => text);
  const pairs = texts.flatMap((text) => [...text.matchAll(/(\w+)=(\S+)/g)]);
  return Object.fromEntries(pairs.map((match) => [match[1]!, match[2]!]));
}

/** The command of HEALTHCHECK, as arguments. */
export function healthCommand(stage: Stage): readonly string[] {
  const text = stage.instructions.find(({ name }) => name === 'HEALTHCHECK')?.text ?? '';
  return JSON.parse(text.slice(text.indexOf('['))) as string[];
}
