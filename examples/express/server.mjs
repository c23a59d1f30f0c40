// Mirrors the requests of an Express app: the gateway takes its port, and the app answers behind it, in one process.
import process from 'node:process';
import express from 'express';
import { createGateway } from 'proxy-mirror';
import { nodeRuntime } from 'proxy-mirror/node';

const { MIRROR = 'http://127.0.0.1:9797', PORT = '9080' } = process.env;

const app = express();
// The client's address is in the gateway's X-Forwarded-For.
app.set('trust proxy', 'loopback');
app.post('/api/orders', express.json(), (request, response) => {
  response.status(201).json({ ordered: request.body });
});

const server = app.listen(0, '127.0.0.1', async () => {
  const { port: appPort } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const runtime = nodeRuntime();
  const gateway = createGateway({
    runtime,
    routes: [
      {
        uri: '/*',
        upstream: { nodes: { [`127.0.0.1:${appPort}`]: 1 } },
        plugins: { 'proxy-mirror': { host: MIRROR } },
      },
    ],
  });
  const { port } = await runtime.listen({
    app: gateway,
    hostname: '127.0.0.1',
    port: Number(PORT),
  });
  console.log(`listening on http://127.0.0.1:${port}`);
});
