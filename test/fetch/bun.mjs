import { fetch, serving, where } from './gateway.mjs';

const { Bun } = /** @type {any} */ (globalThis);
const server = Bun.serve({ fetch, ...where });
serving(server.port, () => server.stop());
