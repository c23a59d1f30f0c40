import process from 'node:process';
import { runtime } from '#runtime';
import { mirroredApp } from '../app.mjs';

const [upstream, mirror] = /** @type {[string, string]} */ (process.argv.slice(2));
const server = runtime();
const addressOf = (/** @type {any} */ c) => server.peer(c.req.raw, c.env);
const app = { fetch: mirroredApp({ upstream, mirror, addressOf }).fetch, waitUntil() {} };
const { port } = await server.listen({ app, hostname: '127.0.0.1', port: 0 });
console.log(`port ${port}`);
