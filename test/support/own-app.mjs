/**
 * A server in a program of its own: not the gateway, but an app that uses its parts. Prints what happens to
 * `request.signal`.
 */
import { runtime } from '#runtime';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { differences } from './members.mjs';

const app = new Hono();
app.get('/wait', async ({ req: { raw } }) => {
  raw.signal.addEventListener('abort', () => console.log('left while waiting'));
  console.log('waits');
  await new Promise(() => {});
});
app.get('/stream', ({ req: { raw } }) => {
  raw.signal.addEventListener('abort', () => console.log('left while reading'));
  const part = new TextEncoder().encode('on and on');
  return new Response(new ReadableStream({ start: (controller) => controller.enqueue(part) }));
});
app.post('/whole', async ({ req: { raw } }) => {
  const { signal } = new Request(raw.clone(), { signal: raw.signal });
  for (const one of [signal, raw.signal])
    one.addEventListener('abort', () => console.log('left, it says'));
  return new Response(await raw.text());
});

app.all('/members', async (c) => {
  const { raw } = c.req;
  const { url, method, headers } = raw;
  const body = method === 'POST' ? await raw.clone().arrayBuffer() : null;
  return c.json(await differences(raw, new Request(url, { method, headers, body })));
});
app.all('/method', (c) => c.text(`${c.req.method} ${c.req.url.replace(/:\d+/, '')}`));
app.post('/again', async (c) => c.text(await new Request(c.req.raw).text()));
app.post('/limited', bodyLimit({ maxSize: 1000 }), async (c) => c.text(await c.req.text()));
app.get('/later', (c) => {
  c.executionCtx.waitUntil(Promise.reject(new Error('failed later')));
  return c.text('now');
});
app.post('/byob', async (c) => {
  const reader = /** @type {ReadableStream} */ (c.req.raw.body).getReader({ mode: 'byob' });
  const sizes = [];
  for (let room = new Uint8Array(1000); ;) {
    const { done, value } = await reader.read(room);
    if (done) return c.json(sizes);
    sizes.push(value.byteLength);
    room = new Uint8Array(value.buffer);
  }
});

const { port } = await runtime().listen({
  app,
  hostname: '127.0.0.1',
  port: 0,
});
console.log(`port ${port}`);
