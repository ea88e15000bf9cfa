/** The 88 national rules: numbers, and the codes of those that had one in the first edition. */
export const lastNumber = 88;

/** First number, beginning of the code, and how many rules follow each other under it. */
const runs: readonly (readonly [number, string, number])[] = [
  [1, 'GZ10000101', 8],
  [14, 'GZ10000102', 15],
  [32, 'GZ10000103', 3],
  [35, 'GZ10000201', 8],
  [43, 'GZ10000202', 4],
  [48, 'GZ10000203', 1],
  [49, 'GZ10000204', 7],
  [56, 'ZB10000205', 8],
  [64, 'GZ10000301', 12],
  [78, 'GZ10000302', 6],
  [84, 'GZ10000303', 3],
];

/** 9 was 最大支付天数 before its new title; 10 to 12 go on behind it. */
const others: readonly (readonly [string, number])[] = [9, 10, 11, 12].map((number) => [
  `GZ10000101${String(number).padStart(3, '0')}000`,
  number,
]);

const numbers: ReadonlyMap<string, number> = new Map([
  ...runs.flatMap(([first, head, count]) =>
    Array.from(
      { length: count },
      (_, i) => [`${head}${String(i + 1).padStart(3, '0')}000`, first + i] as const,
    ),
  ),
  ...others,
]);

export function isNationalCode(code: string): boolean {
  return numbers.has(code);
}

/** Null where no rule has the code. */
export function numberOfCode(code: string): number | null {
  return numbers.get(code) ?? null;
}
