/** POST …/beforeAnalyze: 3101, reminder before an order or a bill (事前). */
import type { FastifyInstance } from 'fastify';
import type { KeyCheck } from '../authentication.js';
import type { QuickTerms } from '../quick-route.js';
import type { ScreeningDoor } from '../screening.js';
import { nationalRoute } from './national.js';

export function beforeAnalyzeRoute(
  app: FastifyInstance,
  door: ScreeningDoor,
  mayAsk: KeyCheck,
  terms: QuickTerms,
): void {
  const summary = '明细审核事前分析服务';
  nationalRoute(app, { name: 'beforeAnalyze', infno: '3101', budget: 'pre', summary }, door, mayAsk, terms);
}
