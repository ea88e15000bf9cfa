/** POST …/courseAnalyze: 3102, screening while the bill is settled (事中). */
import type { FastifyInstance } from 'fastify';
import type { KeyCheck } from '../authentication.js';
import type { QuickTerms } from '../quick-route.js';
import type { ScreeningDoor } from '../screening.js';
import { nationalRoute } from './national.js';

export function courseAnalyzeRoute(
  app: FastifyInstance,
  door: ScreeningDoor,
  mayAsk: KeyCheck,
  terms: QuickTerms,
): void {
  const summary = '明细审核事中分析服务';
  nationalRoute(app, { name: 'courseAnalyze', infno: '3102', budget: 'mid', summary }, door, mayAsk, terms);
}
