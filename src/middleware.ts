import type { ExecutionContext, MiddlewareHandler } from 'hono';
import { observeBody } from '#observe';
import { ConfigError, type ConfigFault } from './config/error.ts';
import { MIDDLEWARE_OPTIONS, handlerFaults, optionFaults } from './config/options.ts';
import { checkProxyMirror, type ProxyMirrorConfig } from './config/proxy-mirror.ts';
import { inboundOf, trustProxies } from './request/inbound.ts';
import { memoryBudget } from './http/memory-budget.ts';
import { DEFAULT_MIRROR_MEMORY_BYTES } from './mirror/record.ts';
import { instanceId, requestIds } from './request/ids.ts';
import { NOWHERE } from './http/destination.ts';
import { headerValue, withoutField, withoutHopByHop } from './http/fields.ts';
import type { Inbound, Outbound } from './http/messages.ts';
import { planCopies } from './mirror/copies.ts';
import { compileMirrors } from './mirror/mirror.ts';
import { copySender } from './mirror/send.ts';
import { contextOf, createBackground, type Drainable } from './runtime/background.ts';
import { fetchRuntime } from './runtime/fetch/index.ts';
import type { ObservedBody } from './runtime/observe/observed.ts';
import type { Runtime } from './runtime/runtime.ts';
import type { OutcomeHook } from './telemetry/hooks.ts';
import { hookTelemetry } from './telemetry/telemetry.ts';

export interface ProxyMirrorOptions {
  /** Adapter that reads requests and sends copies. Default: the runtime's own `fetch`. */
  readonly runtime?: Runtime;
  /** Most bytes of recorded bodies for all copies together. Default: 64 MiB. */
  readonly mirrorMemory?: number;
  /** Called with the outcome of each request at each mirror. Exceptions it throws are logged and otherwise ignored. */
  readonly onOutcome?: OutcomeHook;
  readonly onComparison?: never;
  readonly redactKey?: never;
}

/**
 * How long a response is delayed until the rest of a body has arrived that the app has not read: servers discard
 * the body when the response ends. Shorter for chunked bodies, because a client may wait for the response before
 * it sends the next chunk.
 */
const BODY_WAIT_MS = { sized: 1000, chunked: 100 } as const;

/**
 * Mirrors the requests of an existing Hono app: the app responds as before, and the mirror gets a copy through
 * `waitUntil`. The configuration has the attributes of the `proxy-mirror` plugin.
 *
 * The copy has the request's header fields and body. The app may read the body whenever and however it likes.
 * What happens to the copy depends on that:
 *
 * | the app                 | the copy                                                              |
 * | ----------------------- | --------------------------------------------------------------------- |
 * | reads the body          | is sent as soon as all of it has been read                            |
 * | does not read it        | is sent; the response waits for the body, up to 1 s (chunked: 0.1 s)  |
 * | stops half-way, cancels | is sent if the rest has arrived by then, else `body_incomplete`       |
 * | reads `c.env.incoming`  | is `body_incomplete`: the app reads Node's own stream directly        |
 *
 * The outcome is `body_too_large` when the body exceeds `max_body_size`: at once if Content-Length says so (the
 * request is then left untouched), else as soon as the limit is reached.
 *
 * The outcome is `body_incomplete` when
 * - the body breaks off;
 * - no byte of it has passed for half to all of the longest `timeout` among its mirrors;
 * - the client waits for a 100 response (`Expect: 100-continue`) that is never sent;
 * - another middleware has already read the body: put this one first.
 *
 * @throws ConfigError with every fault of the configuration
 * @example
 * const app = new Hono();
 * app.use('/api/*', proxyMirror({ host: 'http://127.0.0.1:9797', sample_ratio: 0.1 }));
 * app.post('/api/orders', async (c) => c.json(await c.req.json()));
 */
export function proxyMirror(
  config: ProxyMirrorConfig,
  options: ProxyMirrorOptions = {},
): MirrorMiddleware {
  const { mirror, drain } = mirroring('proxyMirror', config, options);
  const mirrorRequest: MiddlewareHandler = async (c, next) => {
    const mirrored = mirror(c.req.raw, c.env, contextOf(c));
    if (mirrored === null) return next();
    c.req.raw = mirrored.request;
    try {
      await next();
    } finally {
      await mirrored.finish();
    }
  };
  return Object.assign(mirrorRequest, { drain });
}

/** What `proxyMirror` returns. */
export type MirrorMiddleware = MiddlewareHandler & Drainable;

/** What runtimes serve: `Bun.serve`, `Deno.serve`, a Worker's `fetch`, a route of SvelteKit or Next. */
export type FetchHandler<Rest extends unknown[]> = (
  request: Request,
  ...rest: Rest
) => Response | Promise<Response>;

/**
 * The same for any fetch handler: returns one that responds as `handler` does, and mirrors its requests. What
 * follows the request is passed on; where the third argument has a `waitUntil`, as a Worker's context does, copies
 * are handed to that.
 *
 * @throws ConfigError with every fault of the configuration
 * @example
 * Bun.serve({ fetch: mirrorFetch((request) => app.handle(request), { host: 'http://127.0.0.1:9797' }) });
 */
export function mirrorFetch<Rest extends unknown[]>(
  handler: FetchHandler<Rest>,
  config: ProxyMirrorConfig,
  options: ProxyMirrorOptions = {},
): MirrorHandler<Rest> {
  const { mirror, drain } = mirroring('mirrorFetch', config, options, handlerFaults(handler));
  const mirrorRequest = async (request: Request, ...rest: Rest) => {
    const [env, context] = rest;
    const mirrored = mirror(request, env, hasWaitUntil(context) ? context : null);
    if (mirrored === null) return handler(request, ...rest);
    try {
      return await handler(mirrored.request, ...rest);
    } finally {
      await mirrored.finish();
    }
  };
  return Object.assign(mirrorRequest, { drain });
}

/** What `mirrorFetch` returns: as `FetchHandler`, but always a promise. */
export type MirrorHandler<Rest extends unknown[]> = Drainable &
  ((request: Request, ...rest: Rest) => Promise<Response>);

type WaitUntilContext = Pick<ExecutionContext, 'waitUntil'>;

function hasWaitUntil(context: unknown): context is WaitUntilContext {
  return typeof (context as WaitUntilContext | null | undefined)?.waitUntil === 'function';
}

/** A request whose body is being recorded for its copies. */
interface Mirrored {
  /** For the app, in place of the one that came in. */
  readonly request: Request;
  /** To be called when the app is done. Resolves when the response may be sent. */
  finish(): Promise<void>;
}

/**
 * Compiles a configuration.
 *
 * @param of the function that was called, for errors
 * @param more what is wrong with what else it was called with
 * @throws ConfigError
 * @returns `mirror` starts the copies of a request; it returns `null` where the app can go on with the request as it is
 */
function mirroring(
  of: string,
  config: ProxyMirrorConfig,
  options: ProxyMirrorOptions,
  more: readonly ConfigFault[] = [],
) {
  const checked = checkProxyMirror(config);
  const faults = [
    ...(checked.ok ? [] : checked.faults),
    ...optionFaults(options, MIDDLEWARE_OPTIONS),
    ...more,
  ];
  if (faults.length > 0) throw new ConfigError(of, faults);
  const runtime = options.runtime ?? fetchRuntime();
  const background = createBackground();
  const trust = trustProxies([]);
  const instance = instanceId();
  const idOf = requestIds(instance);
  const mirrors = compileMirrors('middleware', config, {
    instance,
    longestTimeout: runtime.longestCopy,
  });
  // An idle body is noticed after one to two times this period, so half the longest `timeout`.
  const idleMs = Math.max(...mirrors.map(({ timeout }) => timeout)) / 2;
  const { onOutcome } = options;
  const sender = copySender(runtime.sendCopy);
  const plan = {
    sender,
    budget: memoryBudget(options.mirrorMemory ?? DEFAULT_MIRROR_MEMORY_BYTES),
    onOutcome: hookTelemetry({ onOutcome }).onOutcome,
  };

  function mirror(
    request: Request,
    env: unknown,
    context: WaitUntilContext | null,
  ): Mirrored | null {
    const received = runtime.receive(request, env);
    const body = observed(request, received.upload, env);
    const inbound = inboundOf(received, trust, idOf, body?.upload ?? received.upload);
    const copies = planCopies(inbound, mirrors, plan);
    if (copies === null) return null;
    const sent = copies.send(copyOf(inbound));
    background.waitUntil(sent);
    context?.waitUntil(sent);
    if (body === null) return null;
    const begun = body.begin();
    copies.giveUpWhenIdle(idleMs);
    return {
      request: begun,
      async finish() {
        if (isUnread(inbound, body)) await atMost(bodyWaitMs(inbound), body.readRest());
      },
    };
  }
  const drain = (milliseconds: number) => background.drain(milliseconds, () => sender.abandon());
  return { mirror, drain };
}

/** Starts observing a request body; `null` when there is none or it is already buffered. */
function observed(request: Request, upload: Inbound['upload'], env: unknown): ObservedBody | null {
  if (upload === null || upload.buffered !== null) return null;
  return observeBody(request, upload.length, env);
}

/** Makes the outbound request for copies. The app takes the place of an upstream, so it is the app's request. */
function copyOf({ target, method, headers, upload }: Inbound): Outbound {
  const timeouts = { connect: 0, send: 0, read: 0 };
  return {
    destination: NOWHERE,
    target,
    method,
    // Expect is for this hop, and the server has already handled it (RFC 9110 section 10.1.1).
    headers: withoutHopByHop(withoutField(headers, 'expect')),
    body: upload,
    timeouts,
  };
}

/** Whether a copy still needs the body and the app has not started to read it. */
function isUnread({ headers }: Inbound, body: ObservedBody): boolean {
  // A client with `Expect: 100-continue` does not send a body that nobody reads.
  return body.upload.wanted && !body.taken && headerValue(headers, 'expect') === undefined;
}

function bodyWaitMs({ upload }: Inbound): number {
  return upload!.length === null ? BODY_WAIT_MS.chunked : BODY_WAIT_MS.sized;
}

/** Waits for `work`, but not longer than `limitMs`. */
async function atMost(limitMs: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)));
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}
