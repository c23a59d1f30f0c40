import process from 'node:process';
import { runtime } from '#runtime';
import { appOf } from '../kinds.mjs';

const [kind, upstream, mirror] = /** @type {[string, string, string]} */ (process.argv.slice(2));
const server = runtime();
const addressOf = (/** @type {any} */ c) => server.receive(c.req.raw, c.env).peer;
const app = appOf(kind)({ upstream, mirror, addressOf, runtime: server });
const { port } = await server.listen({ app, hostname: '127.0.0.1', port: 0 });
console.log(`port ${port}`);
