import { fetch, serving, where } from './gateway.mjs';

const { Deno } = /** @type {any} */ (globalThis);
const server = Deno.serve({ ...where, onListen() {} }, fetch);
serving(server.addr.port, () => server.shutdown());
