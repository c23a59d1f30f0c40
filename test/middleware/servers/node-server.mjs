import process from 'node:process';
import { serve } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { appOf } from '../kinds.mjs';

const [kind, upstream, mirror] = /** @type {[string, string, string]} */ (process.argv.slice(2));
const addressOf = (/** @type {any} */ c) => getConnInfo(c).remote.address;
const { fetch } = appOf(kind)({ upstream, mirror, addressOf });
serve({ fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => console.log(`port ${port}`));
