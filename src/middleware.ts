import type { MiddlewareHandler } from 'hono';
import { observeBody } from '#observe';
import { adminText, under } from './config/fault.ts';
import { InvalidRoutes } from './config/document.ts';
import { checkProxyMirror, type ProxyMirrorConfig } from './config/proxy-mirror.ts';
import { admit, trustProxies } from './request/admit.ts';
import { DEFAULT_MIRROR_MEMORY_BYTES, memoryBudget } from './mirror/record.ts';
import { instanceId, requestIds } from './request/ids.ts';
import { NOWHERE } from './http/destination.ts';
import { headerValue, withoutField, withoutHopByHop } from './http/fields.ts';
import type { Inbound, Outbound } from './http/messages.ts';
import { planCopies } from './mirror/copies.ts';
import { compileMirrors } from './mirror/mirror.ts';
import { copySender } from './mirror/send.ts';
import { createBackground, waitUntilOf } from './runtime/background.ts';
import { fetchRuntime } from './runtime/fetch/index.ts';
import type { ObservedBody } from './runtime/observe/observed.ts';
import type { Runtime } from './runtime/port.ts';
import type { OutcomeHook } from './telemetry/hooks.ts';
import { outcomeTelemetry } from './telemetry/telemetry.ts';

export interface ProxyMirrorOptions {
  /** How this runtime reads requests and sends copies. Default: its own `fetch`. */
  readonly runtime?: Runtime;
  /** Most bytes of recorded bodies held for all copies together. Default: 64 MiB. */
  readonly mirrorMemory?: number;
  /** Told what became of each request at each mirror. What it throws changes nothing. */
  readonly onOutcome?: OutcomeHook;
}

/**
 * Milliseconds that a response may wait for the rest of a body that the app has left alone: servers
 * take the body away when the response is finished. One whose length is known not to be much is here
 * soon; of a body in chunks, the client may send more only when it sees the response.
 */
const ARRIVAL_MS = { sized: 1000, chunked: 100 } as const;

/**
 * Mirrors the requests of an existing Hono app: the app answers as before, and a copy goes to the
 * mirror through `waitUntil`. Takes the attributes of the `proxy-mirror` plugin.
 *
 * The copy has the request's own fields and body. The app may do with the body what it likes, and when
 * it likes; what becomes of the copy:
 *
 * | the app                 | the copy                                                              |
 * | ----------------------- | --------------------------------------------------------------------- |
 * | reads the body          | is sent as soon as all of it has been read                            |
 * | leaves it alone         | is sent; the response waits for the rest, 1 s at most (0.1 if in chunks) |
 * | stops half-way, cancels | is sent if the rest has come by then, else `body_incomplete`          |
 * | reads `c.env.incoming`  | is `body_incomplete`: the app has Node's own stream to itself         |
 *
 * Over `max_body_size` it is `body_too_large`: by Content-Length at once, and nothing else is done to
 * such a request; in chunks as soon as it shows. It is `body_incomplete` when the body breaks off, when
 * no byte of it has passed for up to a mirror's `timeout`, when the client waits to be asked for it
 * (`Expect: 100-continue`) and is not, and when it was read before it came here: put this first.
 *
 * @throws InvalidRoutes when the configuration is not valid, with every fault
 * @example
 * const app = new Hono();
 * app.use('/api/*', proxyMirror({ host: 'http://127.0.0.1:9797', sample_ratio: 0.1 }));
 * app.post('/api/orders', async (c) => c.json(await c.req.json()));
 */
export function proxyMirror(
  config: ProxyMirrorConfig,
  options: ProxyMirrorOptions = {},
): MiddlewareHandler {
  const checked = checkProxyMirror(config);
  if (!checked.ok) {
    throw new InvalidRoutes(adminText(under(['plugins', 'proxy-mirror'], checked.faults)));
  }
  const runtime = options.runtime ?? fetchRuntime();
  const background = createBackground();
  const trust = trustProxies([]);
  const instance = instanceId();
  const idOf = requestIds(instance);
  const mirrors = compileMirrors('middleware', config, { instance });
  // It is given up after twice that at the latest: within the `timeout`.
  const idle = Math.max(...mirrors.map(({ timeout }) => timeout)) / 2;
  const { onOutcome } = options;
  const plan = {
    sender: copySender(runtime.sendCopy),
    budget: memoryBudget(options.mirrorMemory ?? DEFAULT_MIRROR_MEMORY_BYTES),
    onOutcome: outcomeTelemetry({ onOutcome }),
  };

  return async function mirrorRequest(c, next) {
    const received = runtime.receive(c.req.raw, c.env);
    const body = observed(c.req.raw, received.upload, c.env);
    const inbound = admit(received, trust, idOf, body?.upload ?? received.upload);
    const copies = planCopies(inbound, mirrors, plan);
    if (copies === null) return next();
    waitUntilOf(c, background)(copies.send(copyOf(inbound)));
    if (body === null) return next();
    c.req.raw = body.begin();
    copies.giveUpWhenIdle(idle);
    try {
      await next();
    } finally {
      if (isLeftAlone(inbound, body)) await atMost(arrivalOf(inbound), body.readRest());
    }
  };
}

/** One that is here already need not be observed. */
function observed(request: Request, upload: Inbound['upload'], env: unknown): ObservedBody | null {
  if (upload === null || upload.buffered !== null) return null;
  return observeBody(request, upload.length, env);
}

/** The app is the upstream here: the copy has what the app got. */
function copyOf({ target, method, headers, upload }: Inbound): Outbound {
  const timeouts = { connect: 0, send: 0, read: 0 };
  return {
    destination: NOWHERE,
    target,
    method,
    // A question to this hop, which the listener has answered (RFC 9110 section 10.1.1).
    headers: withoutHopByHop(withoutField(headers, 'expect')),
    body: upload,
    timeouts,
  };
}

/** Whether there is something left to record, and an app that has not begun to read it. */
function isLeftAlone({ headers }: Inbound, body: ObservedBody): boolean {
  // A client that asked first sends nothing when it sees that it is not wanted.
  return body.upload.wanted && !body.taken && headerValue(headers, 'expect') === undefined;
}

function arrivalOf({ upload }: Inbound): number {
  return upload!.length === null ? ARRIVAL_MS.chunked : ARRIVAL_MS.sized;
}

async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
  await Promise.race([work, late]);
  clearTimeout(timer);
}
