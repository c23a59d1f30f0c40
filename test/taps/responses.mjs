const encode = (/** @type {string} */ text) => new TextEncoder().encode(text);

/**
 * A stream of these texts, each as soon as it is pulled or so many milliseconds later.
 *
 * @param {readonly string[]} texts
 * @param {number} pauseMs
 * @param {() => void} [cancelled]
 */
function streamOf(texts, pauseMs, cancelled = () => {}) {
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      if (at > 0 && pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      if (at === texts.length) controller.close();
      else controller.enqueue(encode(texts[at++] ?? ''));
    },
    cancel: cancelled,
  });
}

const TYPE = { 'content-type': 'text/plain; charset=utf-8' };

/**
 * Responses of an app, by name.
 *
 * @type {Readonly<Record<string, (options: { upstream: string, cancelled: () => void }) => Response | Promise<Response>>>}
 */
export const RESPONSES = {
  text: () => new Response('hello', { headers: TYPE }),
  'untyped-text': () => new Response('hello'),
  'no-text': () => new Response('', { headers: TYPE }),
  bytes: () => new Response(new Uint8Array(1000).fill(7), { headers: TYPE }),
  json: () => Response.json({ a: [1, 2] }, { status: 201, headers: { 'x-one': '1' } }),
  blob: () => new Response(new Blob(['two ', 'parts'], { type: 'text/x-parts' })),
  parameters: () => new Response(new URLSearchParams({ a: '1' })),
  cookies() {
    const headers = new Headers(TYPE);
    for (const cookie of ['a=1; Path=/', 'b=2']) headers.append('set-cookie', cookie);
    return new Response('cookies', { headers });
  },
  'as-much-as-wanted': () => new Response('x'.repeat(256 * 1024), { headers: TYPE }),
  'too-much': () => new Response('x'.repeat(3_000_000), { headers: TYPE }),
  'a-stream-that-is-there': () => new Response(streamOf(['one', 'two'], 0), { headers: TYPE }),
  'a-stream-of-known-length': () =>
    new Response(streamOf(['one', 'two'], 20), { headers: { ...TYPE, 'content-length': '6' } }),
  ticks: () => new Response(streamOf(['1', '2', '3', '4'], 100), { headers: TYPE }),
  'too-much-in-pieces': () =>
    new Response(
      streamOf(
        Array.from({ length: 20 }, () => 'x'.repeat(50_000)),
        1,
      ),
      {
        headers: TYPE,
      },
    ),
  endless: ({ cancelled }) =>
    new Response(
      streamOf(
        Array.from({ length: 100_000 }, () => 'on and on'),
        20,
        cancelled,
      ),
      { headers: TYPE },
    ),
  broken: () => {
    const stream = new ReadableStream({
      async pull(controller) {
        controller.enqueue(encode('part'));
        await new Promise((resolve) => setTimeout(resolve, 50));
        controller.error(new Error('broken'));
      },
    });
    return new Response(stream, { headers: TYPE });
  },
  fetched: ({ upstream }) => fetch(`http://${upstream}/up/text`),
  'fetched-slowly': ({ upstream }) => fetch(`http://${upstream}/up/slow`),
  'no-content': () => new Response(null, { status: 204, headers: { 'x-one': '1' } }),
  'not-modified': () => new Response(null, { status: 304, headers: { etag: '"1"' } }),
  'no-body': () => new Response(null, { headers: TYPE }),
  redirect: () => Response.redirect('http://a.example/', 302),
};
