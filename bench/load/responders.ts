/**
 * Everything that answers claims over NATS in one run: claimgate, a bare echo, the services of an afternoon.
 */
import { type PeerEngine, peerEngines } from '../peers/engines.js';
import { openBenchBroker } from './bench-broker.js';
import { startChild } from './children.js';
import type { Watched } from './process-cpu.js';
import { type ServiceUnderTest, startServiceUnderTest } from './service-under-test.js';

export type ResponderName = 'echo' | 'service' | PeerEngine;

export interface Responder {
  /** Null: the service's own subjects. */
  readonly subject: string | null;
  readonly pid: number;
}

export interface Responders {
  readonly natsUrl: string;
  readonly brokerVersion: string;
  readonly service: ServiceUnderTest;
  responder(name: ResponderName): Responder;
  /** What to watch while a responder works: itself and the broker. */
  watched(name: ResponderName): Watched;
  stop(): Promise<void>;
}

/** Day of the simulated claims: the afternoon services load the knowledge that is in force then. */
const day = '2026-10-12';

/** Echo and claimgate always; throws where one does not start, with the others stopped. */
export async function startResponders(peers: readonly PeerEngine[] = peerEngines): Promise<Responders> {
  const broker = await openBenchBroker();
  const stops: (() => Promise<void>)[] = [broker.stop];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const found = new Map<ResponderName, Responder>();
    const service = await startServiceUnderTest(broker.url);
    stops.push(service.stop);
    found.set('service', { subject: null, pid: service.pid });
    const environment = { NATS_URL: broker.url };
    const echo = await startChild('./nats-echo.js', environment);
    stops.push(echo.stop);
    found.set('echo', { subject: 'bench.echo', pid: echo.pid });
    for (const engine of peers) {
      const plan = { engine, subject: `bench.${engine}`, day };
      const child = await startChild('../peers/responder.js', {
        ...environment,
        BENCH_PEER: JSON.stringify(plan),
      });
      stops.push(child.stop);
      found.set(engine, { subject: plan.subject, pid: child.pid });
    }
    const responder = (name: ResponderName): Responder => {
      const one = found.get(name);
      if (one === undefined) throw new Error(`${name} was not started`);
      return one;
    };
    const watched = (name: ResponderName): Watched => ({
      responder: responder(name).pid,
      ...(broker.pid === null ? {} : { broker: broker.pid }),
    });
    return { natsUrl: broker.url, brokerVersion: broker.version, service, responder, watched, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
