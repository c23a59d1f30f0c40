// A gateway with middleware and a route of its own: `gateway.app` is a Hono app, and what is added runs before the proxy.
import process from 'node:process';
import { requestId } from 'hono/request-id';
import { createGateway } from 'proxy-mirror';
import { nodeRuntime } from 'proxy-mirror/node';

const {
  UPSTREAM = 'http://127.0.0.1:1999',
  MIRROR = 'http://127.0.0.1:9797',
  PORT = '9080',
} = process.env;

const runtime = nodeRuntime();
const gateway = createGateway({
  runtime,
  routes: [
    {
      uri: '/*',
      upstream: { nodes: { [new URL(UPSTREAM).host]: 1 } },
      plugins: { 'proxy-mirror': { host: MIRROR } },
    },
  ],
  onOutcome: ({ mirror, outcome, reason }) =>
    console.log(`copy to ${mirror}: ${outcome}, ${reason}`),
});
gateway.app.use(requestId());
gateway.app.get('/healthz', (c) => c.text('ok'));

const { port, stop } = await runtime.listen({
  app: gateway,
  hostname: '127.0.0.1',
  port: Number(PORT),
});
console.log(`listening on http://127.0.0.1:${port}`);

/** Finishes what is in flight, and waits up to 5 s for copies. */
process.once('SIGTERM', async () => {
  await stop();
  await gateway.drain(5000);
  runtime.close();
});
