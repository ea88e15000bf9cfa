/** The two moments at which a hospital asks: 事前 (3101, scenes 1–5) and 事中 (3102, scenes 6–10). */
export type Stage = 'pre' | 'mid';

const lastPreScene = 5;

export function stageOf(scene: number): Stage {
  return scene <= lastPreScene ? 'pre' : 'mid';
}
