// @ts-nocheck: its packages are installed for benchmarks only.
/** Express 5 with http-proxy-middleware 3. */
import { Agent } from 'node:http';
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { sendCopy } from './parts/node-copy.mjs';
import { hostname, mirrorOf, port, upstream } from './parts/place.mjs';

const app = express();
app.use(express.raw({ type: () => true, limit: '16mb' }));
app.use((request, _, next) => {
  const mirror = mirrorOf(request.url);
  if (mirror !== null) sendCopy(mirror, request, request.body ?? null);
  next();
});
app.use(
  createProxyMiddleware({
    target: upstream,
    agent: new Agent({ keepAlive: true }),
    on: {
      // The parser has consumed the body, so it is written again, as `fixRequestBody` does with JSON.
      proxyReq: (forwarded, { body }) => body && forwarded.write(body),
    },
  }),
);
app.listen(port, hostname);
