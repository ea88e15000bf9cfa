/** A gateway over a screen that the test brings. */

import type { FastifyInstance } from 'fastify';
import { systemClock } from '../../src/base/clock.js';
import { buildGateway, type GatewayLimits, type GatewayOptions } from '../../src/gateway/app.js';
import { Readiness } from '../../src/ops/health.js';
import type { Screen } from '../../src/screening/terms.js';
import { outcome, recordedEvents } from '../ingress/edge-fixture.js';
import { nothingStored } from './nothing-stored.js';

const answer = { bytes: Buffer.from('{}'), outcome: outcome({}) };

export async function gatewayOver(
  screen: Screen,
  tls: GatewayOptions['tls'] = null,
  limits: Partial<GatewayLimits> = {},
  stored: Partial<Pick<GatewayOptions, 'durable' | 'apiKey' | 'replays' | 'knowledge'>> = {},
): Promise<FastifyInstance> {
  const events = recordedEvents();
  const budgets = { preMs: 100, midMs: 50 };
  return buildGateway({
    door: { screen, refuse: () => answer, budgets, clock: systemClock, events, copy: () => {} },
    readiness: new Readiness(),
    expose: async () => ({ text: '', contentType: 'text/plain' }),
    events,
    limits: { maxBodyBytes: 1_000, maxInFlight: 10, requestTimeoutMs: 10_000, ...limits },
    apiKey: null,
    durable: nothingStored,
    ...stored,
    version: '0.0.0-test',
    tls,
  });
}

export const passes: Screen = async () => answer;
