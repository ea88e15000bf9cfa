/** Traditional characters and variants of the words that the guard looks for, each with its simplified form. */
const pairs = `
  額额 請请 應应 須须 議议 盡尽 儘尽 辦办 離离 轉转 診诊 藥药 療疗 減减 開开 總总 標标 預预 餘余 滿满
  準准 絕绝 暫暂 謝谢 諉诿 掛挂 號号 購购 勸劝 醫医 機机 構构 別别 級级 員员 動动 時时 結结 騰腾 養养
  個个 為为 無无 響响 並并 據据 讓让 該该 費费 嚴严 許许 後后 來来 記记 錄录 帶带 徵征 從从 經经 終终
  縮缩 間间 給给 鄉乡 牀床 廻回 迴回 歸归 収收 処处 證证 對对 關关 過过 難难 靜静 與与 於于 買买 領领
  產产 術术 複复 復复 獲获 擱搁 壓压 擠挤 趕赶 趨趋 驅驱 單单 絶绝 説说
`;

const simple: ReadonlyMap<string, string> = new Map(
  pairs
    .trim()
    .split(/\s+/)
    .map((pair) => [[...pair][0] ?? '', [...pair][1] ?? ''] as const),
);

export function simplified(text: string): string {
  return [...text].map((character) => simple.get(character) ?? character).join('');
}
