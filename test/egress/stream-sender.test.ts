import { expect, test } from 'vitest';
import { streamSender } from '../../src/egress/stream-sender.js';
import { ConfirmedPublisher } from '../../src/nats/confirmed-publisher.js';
import { startJetstream } from '../nats/jetstream-fixture.js';

test('what is handed in goes to the stream of its kind, under the institution', async () => {
  const js = await startJetstream();
  const publisher = new ConfirmedPublisher({ link: js.link });
  const store = streamSender({ link: js.link, publisher, withinMs: 60_000 });
  const handedIn = { institution: 'H1', body: Buffer.from('x'), headers: {} };
  const first = { ok: true, value: { sequence: 1, duplicate: false } };
  expect(await store({ ...handedIn, stream: 'claims' })).toEqual(first);
  expect(await store({ ...handedIn, stream: 'feedback' })).toEqual(first);
  const wild = await store({ ...handedIn, stream: 'claims', institution: '*' });
  expect(wild).toEqual({ ok: false, error: 'invalid-institution' });
  expect((await js.manager.streams.info('CLAIMS')).state.messages).toBe(1);
  publisher.close();
  await js.stop();
});
