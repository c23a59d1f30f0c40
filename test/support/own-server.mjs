/** A gateway behind the runtime's own server, as users of the library may have it. Argument: routes. */
const { createGateway } = await import(
  'Deno' in globalThis ? '../../src/index.ts' : '../../dist/index.js'
);

const { fetch } = createGateway({ routes: JSON.parse(process.argv[2] ?? '[]') });
const { Bun, Deno } = /** @type {any} */ (globalThis);
const where = { hostname: '127.0.0.1', port: 0 };
const port = Bun
  ? Bun.serve({ ...where, fetch }).port
  : Deno.serve({ ...where, onListen() {} }, fetch).addr.port;
console.log(`port ${port}`);
