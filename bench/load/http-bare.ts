/**
 * Child process: the least that can answer a claim over HTTP. A Fastify route that parses the body and says
 * ok.
 */
import fastify from 'fastify';

const app = fastify({ bodyLimit: 16 * 1024 * 1024 });
app.post('/bare', async (request) => {
  const body = request.body as { lines?: unknown[] };
  return { status: 'pass', lines: body.lines?.length ?? 0 };
});
const address = await app.listen({ port: 0, host: '127.0.0.1' });
process.on('SIGTERM', () => {
  void app.close().then(() => process.exit(0));
});
process.send?.({ url: `${address}/bare` });
