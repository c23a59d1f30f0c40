/**
 * A server in a program of its own: not the gateway, but what users build with its parts. Says on its
 * output what becomes of `request.signal`.
 */
import { runtime } from '#runtime';
import { Hono } from 'hono';

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

const { port } = await runtime().listen({
  app: { fetch: app.fetch, waitUntil() {} },
  hostname: '127.0.0.1',
  port: 0,
});
console.log(`port ${port}`);
