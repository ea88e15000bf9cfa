/**
 * PG-08 and PG-10: what a rule says.
 *
 * Forbidden (PG-08): words by which somebody is refused, sent away or told to stop treatment, in the title, the
 * message, the way to appeal, or a text of a table that the message shows; however they are spaced
 * or written.
 * Remarked (PG-10): words that forbid a treatment where payment is meant; a payment limit whose message does
 * not say 不予支付, or leaves out that the patient may agree to pay.
 *
 * Lawful look-alikes: "从本机构出院", "不得据此要求患者出院", "因转院重复检查的除外".
 */
import { type Typed, walk } from '../../check/typed.js';
import type { JudgedRule } from '../judged-rule.js';
import { simplified } from '../traditional.js';
import type { Verdict } from '../verdict.js';

const institutions = '(医院|医疗机构|机构|就医|就诊|治疗)';
const elsewhere = '(其他|其它|别的|外地|外院|上级|下级|另一家)';
/** Each refuses by itself, whatever stands before it. */
const refusing = new RegExp(
  [
    '(总额|额度|指标|限额|配额|预算|余额|基金)[^，。；]{0,6}(已?用完|用尽|用光|耗尽|不足|已满|超支|超标)',
    '(不得|不予|不准|不能|不可|不再|暂不|暂停|停止|拒绝|禁止|谢绝|避免|减少|控制)(再)?(收治|收住|接收|接诊|入院|住院|就诊|就医|挂号|购药|取药|配药)',
    '推诿',
    '(下|次|明)(个)?(月|季度|年)度?再(来|开|住|诊|办|行|取|购)',
    '劝(其|患者|病人)?(出院|转院|返)',
    `(转|到|去|赴|往)(往|至|到|去)?${elsewhere}(的)?${institutions}`,
  ].join('|'),
);
/** Orders that end or move care; not where they are denied or told of. */
const ordering = new RegExp(
  [
    '(请|应|须|需|要|必须|建议|尽快|尽早|立即|及时|安排|办理|准予|让|令|动员)' +
      '(其|患者|病人|该患者|予以|尽快|立即|及时|办理|安排)*(出院|离院)',
    '腾(出|退|让|空)?(病)?床|(让|空|退)出(病)?床|(回|返)(家|乡)(中)?(休养|调养|静养|疗养|养病)',
    '(结束|终止|中止|缩短)(本次|此次|其)?住院',
    '转院|转诊(至|到|出)',
    '停药|停用|停止(用药|治疗|给药|使用)|中止治疗|终止治疗|减少(用药|开药)',
  ].join('|'),
  'g',
);
const denying =
  /(不得|不应|不要求|不必|无需|无须|不需|不意味|并非|勿|不影响|不构成|不得据此|不作为)[^，。；]{0,12}$/;
const telling = /^(患者|病人|的|者|前|后|时|而|来|史|记录|带药|病例|指征)/;
const toldBefore = /(因|经|由|已|自|外|曾|从[^，。；]{0,8})$/;

const forbidding = /不能使用|不得使用|不准使用|不可使用|禁止|禁用|严禁|不得开具|不能开具|不允许使用/;

export function checkWording(rule: JudgedRule, verdict: Verdict): void {
  const { parsed } = rule.rule;
  const message = messagesOf(rule);
  for (const [key, texts] of [
    ['say', message],
    ['title', [parsed.title]],
    ['appeal', [parsed.appeal]],
  ] as const) {
    const words = texts.map((text) => refusalIn(plain(text))).find((found) => found !== null);
    if (words !== undefined && words !== null) verdict.refuse('CG-P108', `'${words}'`, parsed.placeOf(key));
  }
  const forbidden = message
    .map((text) => forbidding.exec(plain(text))?.[0])
    .find((found) => found !== undefined);
  // 合理使用类: label and guideline speak of use.
  const isOfUse = (parsed.nationalSeq ?? 0) >= 64;
  if (forbidden !== undefined && !isOfUse) verdict.remark('CG-P110', `'${forbidden}'`, parsed.placeOf('say'));
  else remarkPayment(rule, plain(message.join(' ')), verdict);
}

/** Payment limits of drugs, services and consumables, apart from those about charging. */
const paymentLimits: readonly number[] = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 21, 22, 23, 24, 28, 29, 31, 32, 33, 34,
];

function remarkPayment({ rule: { parsed } }: JudgedRule, message: string, verdict: Verdict): void {
  if (!paymentLimits.includes(parsed.nationalSeq ?? 0)) return;
  const place = parsed.placeOf('say');
  if (!/不予支付|不支付|不纳入支付/.test(message))
    verdict.remark('CG-P110', "it does not say '不予支付'", place);
  else if (!/自费|自付|个人账户/.test(message))
    verdict.remark('CG-P110', 'it does not say that the patient may pay', place);
}

/** Spaces, marks between characters, full-width forms and traditional characters hide nothing. */
function plain(text: string): string {
  return simplified(text.normalize('NFKC')).replace(/[\s\p{Cf}\p{Mn}·•・_\-~*'"“”‘’.|/\\]+/gu, '');
}

function refusalIn(text: string): string | null {
  const plainly = refusing.exec(text);
  if (plainly !== null && !denying.test(text.slice(0, plainly.index))) return plainly[0];
  for (const match of text.matchAll(ordering)) {
    const [before, after] = [text.slice(0, match.index), text.slice(match.index + match[0].length)];
    const isTold = telling.test(after) || toldBefore.test(before);
    const isLawful = isTold && /转院|转诊|停药|停用/.test(match[0]);
    if (!denying.test(before) && !isLawful && !isTakenHome(match[0], after)) return match[0];
  }
  return null;
}

/** 需出院带药的: medicines for after a discharge; 请出院带药 sends away all the same. */
function isTakenHome(words: string, after: string): boolean {
  return after.startsWith('带药') && !/^(请|建议|尽快|尽早|立即|及时|让|令|动员|安排)/.test(words);
}

const maxMessages = 64;

/** What a message can read: each choice of its texts, with the texts of shown cells. */
function messagesOf(rule: JudgedRule): readonly string[] {
  let texts: readonly string[] = [''];
  const shown: string[] = [];
  for (const part of rule.rule.say) {
    const choices = typeof part === 'string' ? [part] : textsOf(part);
    if (typeof part !== 'string') shown.push(...cellsShown(rule, part));
    texts = texts.flatMap((text) => choices.map((choice) => text + choice)).slice(0, maxMessages);
  }
  return [...texts, ...shown];
}

function textsOf(value: Typed): readonly string[] {
  if (value.kind === 'constant') return [String(value.value)];
  if (value.kind === 'conditional') return [...textsOf(value.yes), ...textsOf(value.no)];
  return [''];
}

function cellsShown({ tables }: JudgedRule, value: Typed): readonly string[] {
  return [...walk(value)].flatMap((part) => {
    if (part.kind !== 'cell' || part.type.kind !== 'string') return [];
    const cells = tables.get(part.table)?.cells.get(part.column) ?? [];
    return [...new Set(cells.filter((cell) => typeof cell === 'string'))];
  });
}
