import process from 'node:process';
import { getConnInfo } from 'hono/bun';
import { appOf } from '../kinds.mjs';

const [kind, upstream, mirror] = /** @type {[string, string, string]} */ (process.argv.slice(2));
const addressOf = (/** @type {any} */ c) => getConnInfo(c).remote.address;
const { fetch } = appOf(kind)({ upstream, mirror, addressOf });
const { Bun } = /** @type {any} */ (globalThis);
console.log(`port ${Bun.serve({ fetch, hostname: '127.0.0.1', port: 0 }).port}`);
