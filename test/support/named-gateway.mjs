/** A gateway that uses a test's own DNS server. Arguments: the server's address, and the key of the control plane. */
import { runtime } from '#runtime';

// Deno runs the sources; `#runtime` must come from the same modules.
const { createGateway } = await import(
  'Deno' in globalThis ? '../../src/index.ts' : '../../dist/index.js'
);

const [server = '', adminKey = ''] = process.argv.slice(2);
const own = runtime({ names: { servers: [server], resolvConf: '/nowhere/resolv.conf' } });
const gateway = createGateway({ runtime: own, routes: [], adminKey });
const { port } = await own.listen({ app: gateway, hostname: '127.0.0.1', port: 0 });
console.log(`listening on http://127.0.0.1:${port}`);
