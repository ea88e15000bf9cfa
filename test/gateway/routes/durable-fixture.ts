/** The gateway with the routes that store, over a real broker. */
import { jetstreamManager } from '@nats-io/jetstream';
import type { FastifyInstance } from 'fastify';
import { systemClock } from '../../../src/base/clock.js';
import { streamSender } from '../../../src/egress/stream-sender.js';
import { storedMessage } from '../../../src/nats/stored-message.js';
import type { Screen } from '../../../src/screening/terms.js';
import { type Jetstream, startJetstream } from '../../nats/jetstream-fixture.js';
import { longMs, patientPublisher } from '../../nats/patient-publisher.js';
import { gatewayOver, passes } from '../gateway-fixture.js';

export interface StoringGateway {
  readonly app: FastifyInstance;
  readonly js: Jetstream;
  /** What the routes told: `stored <route>` or `unavailable <route>`. */
  readonly told: string[];
  /** What lies in a stream at a sequence: subject, body, headers by name. */
  at(stream: string, seq: number): Promise<readonly [string, string, (name: string) => string | null]>;
  count(stream: string): Promise<number>;
  stop(): Promise<void>;
}

export async function storingGateway(
  apiKey: string | null = null,
  screen: Screen = passes,
): Promise<StoringGateway> {
  const js = await startJetstream();
  const publisher = patientPublisher(js.link);
  const told: string[] = [];
  const door = {
    store: streamSender({ link: js.link, publisher, withinMs: longMs }),
    clock: systemClock,
    stored: (route: string) => void told.push(`stored ${route}`),
    unavailable: (route: string) => void told.push(`unavailable ${route}`),
    refused: (reason: string) => void told.push(`refused ${reason}`),
    failed: (error: unknown) => void told.push(`failed ${String(error)}`),
  };
  const limits = { maxBodyBytes: 2 * 1024 * 1024 };
  const app = await gatewayOver(screen, null, limits, { durable: door, apiKey });
  return {
    app,
    js,
    told,
    at: async (stream, seq) => {
      const found = await storedMessage(js.link, stream, seq);
      if (!found.ok || found.value === null) throw new Error(`nothing at ${seq} of ${stream}`);
      const { subject, data } = found.value;
      return [subject, Buffer.from(data).toString(), found.value.header];
    },
    count: async (stream) => {
      const manager = await jetstreamManager(js.link.connection);
      return (await manager.streams.info(stream)).state.messages;
    },
    stop: async () => {
      await app.close();
      publisher.close();
      await js.stop();
    },
  };
}
