/** The counts as a Markdown table, for the terminal and for `rules/README.md` (Chinese, for rule authors). */
import type { ClassCount } from './counts.js';

const heads = [
  '序号',
  '规则类',
  '知识点',
  '现行',
  '已废止',
  '未收录',
  '仅凭单据可判',
  '其中降级',
  '需历史',
  '需人工清单',
  '原文载明',
  '由原文推得',
  '人工判定',
  '另有未判条件',
  '现行编码数',
] as const;

/** A line per class and a total; all columns but the last count points, those after `未收录` active ones. */
export function countTable(counts: readonly ClassCount[]): string {
  const rows = counts.map((count) => [
    count.knowledge.seq,
    count.knowledge.name,
    ...numbers(count),
    count.codes,
  ]);
  const sums = numbers(counts[0]).map((_, i) =>
    counts.reduce((sum, count) => sum + (numbers(count)[i] ?? 0), 0),
  );
  return markdown(heads, [...rows, ['', '合计', ...sums, '']]);
}

/** A line per class and reason for which points have no row. */
export function leftOutReport(counts: readonly ClassCount[]): string {
  const rows = counts.flatMap(({ knowledge, reasons }) =>
    Object.entries(reasons).map(([reason, points]) => [knowledge.seq, knowledge.name, reason, points]),
  );
  return markdown(['序号', '规则类', '原因', '知识点'], rows);
}

function numbers(count: ClassCount | undefined): readonly number[] {
  if (count === undefined) return [];
  const decided = (word: string): number => count.decided[word] ?? 0;
  return [
    count.points,
    count.active,
    count.superseded,
    count.leftOut,
    count.decidable,
    count.weakened,
    count.needsHistory,
    count.needsList,
    decided('stated'),
    decided('derived'),
    decided('judged'),
    count.joint,
  ];
}

function markdown(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
