import process from 'node:process';
import { getConnInfo } from 'hono/deno';
import { appOf } from '../kinds.mjs';

const [kind, upstream, mirror] = /** @type {[string, string, string]} */ (process.argv.slice(2));
const addressOf = (/** @type {any} */ c) => getConnInfo(c).remote.address;
const { fetch } = appOf(kind)({ upstream, mirror, addressOf });
const { Deno } = /** @type {any} */ (globalThis);
const onListen = (/** @type {{ port: number }} */ { port }) => console.log(`port ${port}`);
Deno.serve({ hostname: '127.0.0.1', port: 0, onListen }, fetch);
