/** The routes that store, registered together. */
import type { FastifyInstance } from 'fastify';
import type { KeyCheck } from '../authentication.js';
import type { DurableDoor } from '../durable.js';
import { feedbackRoute } from './feedback.js';
import { nationalFeedbackRoute } from './national-feedback.js';
import { settlementsRoute } from './settlements.js';

/** After the routes that screen, on the same application. `keys`: as for those. */
export function durableRoutes(
  app: FastifyInstance,
  door: DurableDoor,
  keys: { readonly bearer: KeyCheck; readonly national: KeyCheck },
): void {
  settlementsRoute(app, door, keys.bearer);
  feedbackRoute(app, door, keys.bearer);
  nationalFeedbackRoute(app, door, keys.national);
}
