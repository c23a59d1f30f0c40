import { lengthOf } from '../../http/fields.ts';
import type { ResponseTap } from '../../http/transport.ts';
import type { BodySource } from '../../http/upload.ts';
import { webBody } from '../../http/web-body.ts';
import { BodyTap, readTo, tappedBody } from '../tapped-body.ts';

/**
 * Lets a tap observe the response of an app. The client gets the same status, fields, bytes and framing, each byte when
 * it would get it otherwise, and the client's leaving reaches the app.
 *
 * @param method method of the request. Default: GET
 * @returns the response to send. It is the same object unless its body has to be relayed, which it has not if all of it
 * is there already
 * @example
 * const response = await tappedResponse(await handler(request), recording.tap, request.method);
 */
export type TapResponse = (
  response: Response,
  tap: ResponseTap,
  method?: string,
) => Response | Promise<Response>;

/** How the responses of apps are handled on one runtime. */
export interface ResponseTraits {
  /** The fields that fit the bytes which the body gives when it is read. */
  readonly fieldsOf: (headers: Headers) => Headers;
  /** Whether the body may be relayed without a difference to the client. Otherwise a copy of it is observed. */
  readonly relays: (response: Response) => boolean;
  readonly sourceOf: (body: ReadableStream<Uint8Array>) => BodySource;
  /** Resolves when a read of bytes that are in memory has had its time. */
  readonly atOnce: () => Promise<void>;
  /** Makes the body to send of the relayed one. */
  readonly sized: (
    relayed: ReadableStream<Uint8Array>,
    response: Response,
  ) => ReadableStream<Uint8Array>;
}

type Kept = readonly [
  status: number,
  content: ConstructorParameters<typeof Response>[0],
  fields: ResponseInit['headers'],
];

/** Promises in a row that a stream takes to give what it holds, with room to spare: five on Deno, two elsewhere. */
const STEPS = 20;

/** For servers. Bytes in memory come within the same turn of the event loop there. */
export const tappedResponse: TapResponse = tapResponses({
  fieldsOf: (headers) => headers,
  relays: () => true,
  sourceOf: (body) => webBody({ body }),
  async atOnce() {
    for (let i = 0; i < STEPS; i++) await Promise.resolve();
  },
  sized: (relayed) => relayed,
});

export function tapResponses(traits: ResponseTraits): TapResponse {
  return (response, tap, method = 'GET') => {
    const { status } = response;
    const kept = keptOf(response);
    // The server of a stand-in adds a type once somebody has asked for `headers`.
    const headers = traits.fieldsOf(kept?.[2] ? new Headers(kept[2]) : response.headers);
    const isEmpty = method === 'HEAD' || status === 204 || status === 304;
    const stated = lengthOf(headers.get('content-length') ?? '');
    const bodyTap = new BodyTap(tap, status, headers, isEmpty ? 0 : stated);
    if (!isEmpty && status !== 101 && bodyTap.wanted)
      return tapped(response, kept, bodyTap, traits);
    bodyTap.end(isEmpty);
    return response;
  };
}

function tapped(
  response: Response,
  kept: Kept | undefined,
  tap: BodyTap,
  traits: ResponseTraits,
): Response | Promise<Response> {
  try {
    const [, content, fields] = kept ?? [];
    if (content instanceof ReadableStream) {
      const { status, statusText } = response;
      const init = { status, statusText, headers: fields! };
      return relay(response, traits.sourceOf(content), tap, traits, [], init);
    }
    const copy = content === undefined ? response.clone() : new Response(content);
    if (copy.body !== null) return readAtOnce(response, copy.body, tap, traits);
    tap.end(true);
  } catch {
    // Somebody else has read the body or is reading it.
    tap.end(false);
  }
  return response;
}

/**
 * What a stand-in for a `Response` keeps, as @hono/node-server provides: it is sent without a stream, unless someone
 * accesses `body`, which makes the real response. `undefined` for a real one. The stand-in keeps status, content and
 * fields in an array, in a property whose name is not part of its API.
 */
function keptOf(response: Response): Kept | undefined {
  for (const key of Object.getOwnPropertySymbols(response)) {
    const kept: unknown = Reflect.get(response, key);
    if (Array.isArray(kept) && kept.length === 3 && kept[0] === response.status)
      return kept as unknown as Kept;
  }
  return undefined;
}

/** Reads the copy of a body that is there already, and has the rest relayed if it is not. */
async function readAtOnce(
  response: Response,
  copy: ReadableStream<Uint8Array>,
  tap: BodyTap,
  traits: ResponseTraits,
): Promise<Response> {
  const source = traits.sourceOf(copy);
  const reads: Promise<Uint8Array | null>[] = [];
  while (tap.wanted) {
    const read = readTo(tap, source);
    reads.push(read);
    const settled = read.then(yes, yes);
    if (await Promise.race([settled, traits.atOnce().then(no)])) continue;
    if (!traits.relays(response)) {
      void readAll(source, tap, read);
      return response;
    }
    const relayed = relay(response, source, tap, traits, reads);
    // Only when both are cancelled is the app's own stream.
    response.body?.cancel().catch(() => {});
    return relayed;
  }
  // The response has all of it, or breaks off by itself.
  tap.end(false);
  source.cancel();
  return response;
}

/** Observes a copy while the server sends the response. Never rejects. */
async function readAll(
  source: BodySource,
  tap: BodyTap,
  first: Promise<Uint8Array | null>,
): Promise<void> {
  try {
    await first;
    while (tap.wanted) await readTo(tap, source);
    tap.end(false);
    source.cancel();
  } catch {
    // The tap was told.
  }
}

const yes = () => true;
const no = () => false;

/**
 * Puts a relayed body into the place of the response's own.
 *
 * @param source the body, or a copy of it: the response's own is not read then
 * @param init status and fields. Default: the response's
 */
function relay(
  response: Response,
  source: BodySource,
  tap: BodyTap,
  { sized }: ResponseTraits,
  ahead: readonly Promise<Uint8Array | null>[],
  init: ResponseInit = response,
): Response {
  const stream = sized(tappedBody(source, tap, ahead), response);
  return new Response(stream, init);
}
