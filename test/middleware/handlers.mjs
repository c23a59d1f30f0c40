import { bodyLimit } from 'hono/body-limit';
import { proxy } from 'hono/proxy';
import { stream, streamSSE } from 'hono/streaming';

const soon = () => new Promise((resolve) => setTimeout(resolve, 20));
const size = async (/** @type {ReadableStream<any>} */ body) =>
  (await new Response(body).arrayBuffer()).byteLength;

/** @returns {Promise<number>} the length in bytes of a Node.js stream */
const countOf = (/** @type {import('node:stream').Readable} */ readable) =>
  new Promise((resolve, reject) => {
    let count = 0;
    readable.on('data', (chunk) => (count += chunk.byteLength));
    readable.on('end', () => resolve(count)).on('error', reject);
  });

/** The body of a request that is known to have one. */
const bodyOf = (/** @type {import('hono').Context} */ c) =>
  /** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (c.req.raw.body);

/**
 * Handlers of apps on Node that read the server's own stream, as upload parsers do.
 *
 * @type {Record<string, import('hono').Handler[]>}
 */
export const readersOfIncoming = {
  'incoming, by its data events': [async (c) => c.json(await countOf(c.env.incoming))],
  'incoming, by its data events, late': [
    async (c) => {
      await soon();
      return c.json(await countOf(c.env.incoming));
    },
  ],
  'incoming, through a pipe': [
    async (c) => {
      // Not every runtime that loads this file has these modules.
      const [{ Writable }, { pipeline }] = await Promise.all([
        import('node:stream'),
        import('node:stream/promises'),
      ]);
      let count = 0;
      const write = (
        /** @type {Buffer} */ chunk,
        /** @type {any} */ _,
        /** @type {any} */ done,
      ) => {
        count += chunk.byteLength;
        setImmediate(done);
      };
      await pipeline(c.env.incoming, new Writable({ write }));
      return c.json(count);
    },
  ],
  'incoming, chunk by chunk': [
    async (c) => {
      let count = 0;
      for await (const chunk of c.env.incoming) count += chunk.byteLength;
      return c.json(count);
    },
  ],
  'incoming, and then the request': [
    async (c) => {
      const count = await countOf(c.env.incoming);
      return c.json([count, await c.req.text().catch((error) => error.name)]);
    },
  ],
  'incoming, while it responds': [
    (c) =>
      stream(c, async (out) => {
        for await (const chunk of c.env.incoming) {
          await soon();
          await out.write(chunk);
        }
      }),
  ],
};

/**
 * What apps do with a body, by name. Written as app authors would write it: no handler knows of mirrors.
 *
 * @param {{ upstream: string, addressOf: (c: any) => unknown }} options
 * @returns {Record<string, import('hono').Handler[]>}
 */
export function handlers({ upstream, addressOf }) {
  return {
    text: [async (c) => c.text(await c.req.text())],
    json: [async (c) => c.json(await c.req.json())],
    'form data': [
      async (c) => {
        const form = await c.req.raw.formData();
        return c.json([...form].map(([name, value]) => [name, String(value).length]));
      },
    ],
    'parsed body': [async (c) => c.json(Object.keys(await c.req.parseBody()))],
    'blob, with its type': [
      async (c) => {
        const blob = await c.req.raw.blob();
        return c.json([blob.type, blob.size]);
      },
    ],
    'blob, later': [
      async (c) => {
        await soon();
        const blob = await c.req.blob();
        return c.json([blob.type, blob.size]);
      },
    ],
    'array buffer, and bodyUsed around it': [
      async (c) => {
        const { raw } = c.req;
        return c.json([raw.bodyUsed, (await raw.arrayBuffer()).byteLength, raw.bodyUsed]);
      },
    ],
    'read twice': [
      async (c) => {
        const first = await c.req.raw.text();
        return c.json([first.length, await c.req.raw.text().catch((error) => error.name)]);
      },
    ],
    'an echo': [(c) => c.body(bodyOf(c))],
    'an echo with fields, but no type': [
      (c) => new Response(bodyOf(c), { headers: { 'x-one': '1' } }),
    ],
    'text with fields, but no type': [
      async (c) => new Response(await c.req.text(), { headers: { 'x-one': '1' } }),
    ],
    'an echo through a transform': [
      (c) =>
        c.body(
          bodyOf(c).pipeThrough(
            new TransformStream({
              // Changes the chunk in place: the bytes belong to the app.
              transform: (chunk, controller) => controller.enqueue(chunk.fill(1)),
            }),
          ),
        ),
    ],
    'read late, in a stream': [
      (c) =>
        stream(c, async (out) => {
          await soon();
          await out.write(new Uint8Array(await c.req.arrayBuffer()));
        }),
    ],
    'read chunk by chunk, late, in a stream': [
      (c) =>
        stream(c, async (out) => {
          await soon();
          for await (const chunk of /** @type {any} */ (bodyOf(c))) await out.write(chunk);
        }),
    ],
    'chunks that are changed': [
      async (c) => {
        let count = 0;
        for await (const chunk of /** @type {any} */ (bodyOf(c))) count += chunk.fill(1).byteLength;
        return c.json(count);
      },
    ],
    'chunks that are given away': [
      async (c) => {
        for await (const { buffer } of /** @type {any} */ (bodyOf(c)))
          structuredClone(buffer, { transfer: [buffer] });
        return c.text('gone');
      },
    ],
    'read into room of the reader': [
      async (c) => {
        try {
          const reader = bodyOf(c).getReader({ mode: 'byob' });
          let count = 0;
          for (;;) {
            const { done, value } = await reader.read(new Uint8Array(1000));
            if (done) return c.json(count);
            count += value.byteLength;
          }
        } catch (error) {
          return c.json(/** @type {Error} */ (error).name);
        }
      },
    ],
    'a clone': [
      async (c) => {
        const clone = c.req.raw.clone();
        return c.json([(await clone.text()).length, (await c.req.raw.text()).length]);
      },
    ],
    'a tee': [
      async (c) => {
        const [one, other] = bodyOf(c).tee();
        return c.json([await size(one), await size(other), c.req.raw.bodyUsed]);
      },
    ],
    'another request in its place': [
      async (c) => {
        c.req.raw = new Request(c.req.raw, { headers: { 'x-changed': 'yes' } });
        return c.text((await c.req.text()) + c.req.header('x-changed'));
      },
    ],
    'a limit': [bodyLimit({ maxSize: 1_000_000 }), async (c) => c.text(await c.req.text())],
    'a limit that is reached': [
      bodyLimit({ maxSize: 10 }),
      async (c) => c.text(await c.req.text()),
    ],
    'a fetch of a new request': [
      (c) => {
        const headers = new Headers(c.req.raw.headers);
        // A hop-by-hop field, which fetch refuses.
        headers.delete('transfer-encoding');
        return fetch(new Request(upstream, new Request(c.req.raw, { headers })));
      },
    ],
    'a proxy': [(c) => proxy(upstream, c.req.raw)],
    'its first chunk, and a cancel': [
      async (c) => {
        const reader = bodyOf(c).getReader();
        const { value } = await reader.read();
        reader.cancel('enough').catch(() => {});
        return c.json(value?.[0]);
      },
    ],
    'its first chunk, and no more': [
      async (c) => c.json((await bodyOf(c).getReader().read()).value?.[0]),
    ],
    'a cancel': [
      (c) => {
        bodyOf(c)
          .cancel()
          .catch(() => {});
        return c.text('cancelled');
      },
    ],
    nothing: [(c) => c.text('ignored')],
    'nothing, and no content': [(c) => c.body(null, 204)],
    'nothing, and events': [
      (c) =>
        streamSSE(c, async (out) => {
          for (const data of ['one', 'two']) {
            await out.writeSSE({ data });
            await soon();
          }
        }),
    ],
    'an error': [
      () => {
        throw new Error('oops');
      },
    ],
    'an error, once it was read': [
      async (c) => {
        await c.req.text();
        throw new Error('oops');
      },
    ],
    'read after the response': [
      (c) => {
        const late = soon().then(() => c.req.text().catch(() => {}));
        try {
          c.executionCtx.waitUntil(late);
        } catch {
          // Needed on Workers only.
        }
        return c.text('later');
      },
    ],
    members: [
      (c) => {
        const { method, redirect, mode, credentials, bodyUsed, signal } = c.req.raw;
        const real = c.req.raw instanceof Request;
        return c.json([method, redirect, mode, credentials, bodyUsed, signal.aborted, real]);
      },
    ],
    ...readersOfIncoming,
    'the client’s address': [async (c) => c.json([await c.req.text(), addressOf(c)])],
  };
}
