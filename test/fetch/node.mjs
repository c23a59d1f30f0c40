import { serve } from '@hono/node-server';
import { fetch, serving, where } from './gateway.mjs';

const server = serve({ fetch, ...where }, ({ port }) =>
  serving(port, () => new Promise((closed) => server.close(closed))),
);
