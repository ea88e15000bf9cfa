/** Child process: the least that can answer over NATS. It sends back what it got. */
import { connect } from '@nats-io/transport-node';

export const echoSubject = 'bench.echo';

const connection = await connect({ servers: process.env['NATS_URL'] ?? '' });
connection.subscribe(echoSubject, {
  queue: 'echo',
  callback: (error, message) => {
    if (error === null) message.respond(message.data);
  },
});
await connection.flush();
process.on('SIGTERM', () => {
  void connection.drain().then(() => process.exit(0));
});
process.send?.({ ready: true });
