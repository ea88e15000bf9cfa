/** The two moments at which a hospital asks: 事前 (3101, scenes 1–5) and 事中 (3102, scenes 6–10). */
export type Stage = 'pre' | 'mid';

const lastPreScene = 5;

/** 门诊挂号 and 住院登记: the patient arrives, and nothing is ordered or charged yet. */
const arrivals: ReadonlySet<number> = new Set([1, 3]);

/** Whether a claim of this scene holds lines by nature; one of an unknown scene is taken to. */
export function hasLines(scene: number | null): boolean {
  return scene === null || !arrivals.has(scene);
}

export function stageOf(scene: number): Stage {
  return scene <= lastPreScene ? 'pre' : 'mid';
}
