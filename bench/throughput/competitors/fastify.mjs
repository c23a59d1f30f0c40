// @ts-nocheck: its packages are installed for benchmarks only.
/** Fastify 5 with @fastify/reply-from. */
import replyFrom from '@fastify/reply-from';
import fastify from 'fastify';
import { sendCopy } from './parts/node-copy.mjs';
import { hostname, mirrorOf, port, upstream } from './parts/place.mjs';

const app = fastify({ bodyLimit: 16 * 1024 * 1024 });
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
app.register(replyFrom, { base: upstream });
app.all('/*', (request, reply) => {
  const mirror = mirrorOf(request.url);
  if (mirror !== null) sendCopy(mirror, request.raw, request.body ?? null);
  return reply.from(request.url);
});
await app.listen({ host: hostname, port });
