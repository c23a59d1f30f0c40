import type { Context, MiddlewareHandler } from 'hono';
import { adminText, under } from './config/fault.ts';
import { InvalidRoutes } from './config/input.ts';
import { checkProxyMirror, type ProxyMirrorConfig } from './config/proxy-mirror.ts';
import { admit } from './exchange/admit.ts';
import { memoryBudget } from './exchange/record.ts';
import { requestIds } from './exchange/request-id.ts';
import { trustProxies } from './exchange/trust.ts';
import { NOWHERE } from './http/destination.ts';
import { withoutHopByHop } from './http/hop-by-hop.ts';
import type { Inbound } from './http/inbound.ts';
import type { Outbound } from './http/outbound.ts';
import type { Upload } from './http/upload.ts';
import { planCopies } from './mirror/copies.ts';
import { instanceId } from './mirror/instance.ts';
import { compileMirrors } from './mirror/mirror.ts';
import { copySender } from './mirror/send.ts';
import { createBackground } from './runtime/background.ts';
import { fetchRuntime } from './runtime/fetch/index.ts';
import { uploadStream } from './runtime/fetch/body.ts';
import type { Runtime } from './runtime/port.ts';
import { waitUntilOf } from './runtime/wait-until.ts';
import { fanOut, outcomeEvents } from './telemetry/events.ts';
import { hookListeners, type OutcomeHook } from './telemetry/hooks.ts';
import { logListener } from './telemetry/log.ts';

export interface ProxyMirrorOptions {
  /** How this runtime reads requests and sends copies. Default: its own `fetch`. */
  readonly runtime?: Runtime;
  /** Most bytes of recorded bodies held for all copies together. Default: 64 MiB. */
  readonly mirrorMemory?: number;
  /** Told what became of each request at each mirror. What it throws changes nothing. */
  readonly onOutcome?: OutcomeHook;
}

const DEFAULT_MIRROR_MEMORY = 64 * 1024 * 1024;

/**
 * Mirrors the requests of an existing Hono app: the app answers as before, and a copy goes to the
 * mirror through `waitUntil`. Takes the attributes of the `proxy-mirror` plugin.
 *
 * The copy has the request's own fields and body. The body is recorded while the app reads it; what
 * the app leaves unread is read afterwards. Put it before anything that reads the body.
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
  const { onOutcome } = options;
  const plan = {
    sender: copySender(runtime.sendCopy, runtime.mostCopies),
    budget: memoryBudget(options.mirrorMemory ?? DEFAULT_MIRROR_MEMORY),
    onOutcome: outcomeEvents(fanOut([logListener(), ...hookListeners({ onOutcome })])),
  };

  return async function mirrorRequest(c, next) {
    const inbound = admit(runtime.receive(c.req.raw, c.env), trust, idOf);
    const copies = planCopies(inbound, mirrors, plan);
    if (copies === null) return next();
    if (inbound.upload !== null) passThrough(c, inbound.upload);
    const waitUntil = waitUntilOf(c, background);
    waitUntil(copies.send(copyOf(inbound)));
    try {
      await next();
    } finally {
      if (inbound.upload !== null) waitUntil(readTheRest(c));
    }
  };
}

/** Gives the app a request whose body passes by the recorder. */
function passThrough(c: Context, upload: Upload): void {
  const { url, method, headers, signal } = c.req.raw;
  const body = uploadStream(upload);
  c.req.raw = new Request(url, { method, headers, signal, body, duplex: 'half' } as RequestInit);
}

/** The app is the upstream here: the copy has what the app got. */
function copyOf({ target, method, headers, upload }: Inbound): Outbound {
  const timeouts = { connect: 0, send: 0, read: 0 };
  return {
    destination: NOWHERE,
    target,
    method,
    headers: withoutHopByHop(headers),
    body: upload,
    timeouts,
  };
}

/** Reads what the app left, so that an app that ignores a body does not lose the copy. */
async function readTheRest(c: Context): Promise<void> {
  const { body } = c.req.raw;
  if (body === null || body.locked) return;
  try {
    await body.pipeTo(new WritableStream());
  } catch {
    // The client left half-way: the recording has ended as incomplete.
  }
}
