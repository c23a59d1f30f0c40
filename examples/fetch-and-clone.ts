// The idea of mirroring in fifteen lines: forward the request with fetch, and send a clone of it to the mirror.
import { Hono } from 'hono';

const app = new Hono<{ Bindings: { UPSTREAM?: string; MIRROR?: string } }>();

app.all('*', (c) => {
  const { UPSTREAM = 'http://127.0.0.1:1999', MIRROR = 'http://127.0.0.1:9797' } = c.env;
  const { pathname, search } = new URL(c.req.url);
  const copy = new Request(MIRROR + pathname + search, c.req.raw.clone());
  c.executionCtx.waitUntil(fetch(copy).then((response) => response.body?.cancel()));
  return fetch(new Request(UPSTREAM + pathname + search, c.req.raw));
});

export default app;

// Why proxy-mirror records bodies and does not clone requests:
//
// - `clone()` tees the body: each side reads at its own pace, and what the slower one has not read yet is held in memory,
//   without a limit. With a mirror that has stalled, an upload of 400 MB holds 400 MB, on Node.js as on Bun.
// - On Workers the faster side waits for the slower one instead: with that mirror, the client gets no response.
// - Nothing is limited: neither how many copies there are at once nor how long each of them may take.
// - There is no outcome: nobody learns which copies arrived, and why others did not.
// - On Node.js, Deno and Workers `fetch` takes Host from the URL: neither side learns the name that the client asked for.
// - When an upload breaks off half-way, the mirror has half a copy.
//
// The gateway streams the body to the upstream and keeps up to `max_body_size` bytes of it as they pass. It sends the copy
// once the body is complete, so the mirror's pace never meets the client's.
