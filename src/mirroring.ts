import type { ExecutionContext } from 'hono';
import { observeBody, tappedResponse } from '#observe';
import { compareMirrors } from './compare/compared-mirror.ts';
import { planComparisons } from './compare/comparisons.ts';
import type { CompareByRules, RequestComparisons } from './compare/request-comparisons.ts';
import type { RecordedResponse } from './compare/recorded.ts';
import { targetRedactor } from './compare/redact.ts';
import { redactKey } from './compare/redact-key.ts';
import { createComparing } from './comparing.ts';
import { PRIMARY } from './config/compare.ts';
import { ConfigError, type ConfigFault } from './config/error.ts';
import { MIDDLEWARE_OPTIONS, optionFaults } from './config/options.ts';
import { checkProxyMirror, mirrorsOf, type ProxyMirrorConfig } from './config/proxy-mirror.ts';
import { inboundOf, trustProxies } from './request/inbound.ts';
import { quarterOf, memoryBudget } from './http/memory-budget.ts';
import { DEFAULT_MIRROR_MEMORY_BYTES } from './mirror/record.ts';
import { instanceId, requestIds } from './request/ids.ts';
import { destinationFaults, faultOnFetch, NOWHERE } from './http/destination.ts';
import { headerValue, withoutField, withoutHopByHop } from './http/fields.ts';
import type { Inbound, Outbound } from './http/messages.ts';
import { planCopies } from './mirror/copies.ts';
import { compileBaseline, compileMirrors, type Mirror } from './mirror/mirror.ts';
import { copySender } from './mirror/send.ts';
import { createBackground, type Drainable } from './runtime/background.ts';
import { fetchRuntime } from './runtime/fetch/index.ts';
import type { ObservedBody } from './runtime/observe/observed.ts';
import type { Runtime } from './runtime/runtime.ts';
import type { ComparisonHook, OutcomeHook } from './telemetry/hooks.ts';
import { hookTelemetry } from './telemetry/telemetry.ts';

export interface ProxyMirrorOptions {
  /** Adapter that reads requests and sends copies. Default: the runtime's own `fetch`. */
  readonly runtime?: Runtime;
  /** Most bytes of recorded bodies for all copies together. Default: 64 MiB. */
  readonly mirrorMemory?: number;
  /** Called with the outcome of each request at each mirror. Exceptions it throws are logged and otherwise ignored. */
  readonly onOutcome?: OutcomeHook;
  /** Called for each response of a mirror that was compared with the app's. Exceptions as with `onOutcome`. */
  readonly onComparison?: ComparisonHook;
  /** Key of the hashes that stand for redacted values. Default: a random one. */
  readonly redactKey?: string;
}

/**
 * How long a response is delayed until the rest of a body has arrived that the app has not read: servers discard
 * the body when the response ends. Shorter for chunked bodies, because a client may wait for the response before
 * it sends the next chunk.
 */
const BODY_WAIT_MS = { sized: 1000, chunked: 100 } as const;

export type WaitUntilContext = Pick<ExecutionContext, 'waitUntil'>;

/** A request whose body is being recorded for its copies. */
export interface Mirrored {
  /** For the app, in place of the one that came in. */
  readonly request: Request;
  /** To be called when the app is done. Resolves when the response may be sent. */
  finish(): Promise<void>;
  /** Returns the response to send in place of the app's: the same, but observed if it is compared. */
  passOn(response: Response): Response | Promise<Response>;
  /** To be called when the app threw: what its client gets is not its response. */
  failed(): void;
}

/** A configuration that is in force. */
export interface Mirroring extends Drainable {
  /** Starts the copies of a request; returns `null` where the app can go on with the request as it is. */
  mirror(request: Request, env: unknown, context: WaitUntilContext | null): Mirrored | null;
}

/** For a request whose response nobody needs. */
const UNOBSERVED: Pick<Mirrored, 'passOn' | 'failed'> = {
  passOn: (response) => response,
  failed() {},
};

/**
 * Compiles a configuration.
 *
 * @param of the function that was called, for errors
 * @param more what is wrong with what else it was called with
 * @throws ConfigError
 */
export function mirroring(
  of: string,
  config: ProxyMirrorConfig,
  options: ProxyMirrorOptions,
  more: readonly ConfigFault[] = [],
): Mirroring {
  const checked = checkProxyMirror(config);
  const faults = [
    ...(checked.ok ? baselineFaults(config) : checked.faults),
    ...optionFaults(options, MIDDLEWARE_OPTIONS),
    ...more,
  ];
  if (faults.length > 0) throw new ConfigError(of, faults);
  const runtime = options.runtime ?? fetchRuntime();
  const background = createBackground();
  const trust = trustProxies([]);
  const instance = instanceId();
  const idOf = requestIds(instance);
  const mirrorOptions = { instance, longestTimeout: runtime.longestCopy };
  const mirrors = compileMirrors('middleware', config, mirrorOptions);
  const { faultOf = faultOnFetch } = runtime;
  const unreachable = destinationFaults(mirrors, faultOf, 'host');
  if (unreachable.length > 0) throw new ConfigError(of, unreachable);
  // An idle body is noticed after one to two times this period, so half the longest `timeout`.
  const idleMs = Math.max(...mirrors.map(({ timeout }) => timeout)) / 2;
  const sender = copySender(runtime.sendCopy);
  const budget = memoryBudget(options.mirrorMemory ?? DEFAULT_MIRROR_MEMORY_BYTES);
  const key = redactKey(options.redactKey);
  const telemetry = hookTelemetry(options, targetRedactor(key));
  const comparing = createComparing({
    report: null,
    redactKey: key,
    startThread: runtime.startThread,
    telemetry,
  });
  const compared = compareMirrors(mirrors, (one) => compileBaseline(one, mirrorOptions));
  const plan = { sender, budget, onOutcome: telemetry.onOutcome, redactCopy: comparing.redactCopy };
  const compare: CompareByRules = (rules, app, mirrored) =>
    comparing.compare(rules, app, withTypeOf(app, mirrored));
  const comparisonPlan = {
    ...comparing,
    compare,
    budget: quarterOf(budget),
    onAbandon: sender.onAbandon,
  };

  function mirror(
    request: Request,
    env: unknown,
    context: WaitUntilContext | null,
  ): Mirrored | null {
    const received = runtime.receive(request, env);
    const body = observed(request, received.upload, env);
    const inbound = inboundOf(received, trust, idOf, body?.upload ?? received.upload);
    const observe =
      compared === null
        ? null
        : (chosen: readonly Mirror[]) => planComparisons(inbound, chosen, compared, comparisonPlan);
    const copies = planCopies(inbound, mirrors, plan, observe);
    if (copies === null) return null;
    const sent = copies.send(copyOf(inbound, copies.observer !== null));
    background.waitUntil(sent);
    context?.waitUntil(sent);
    const { observer } = copies;
    if (body === null && observer === null) return null;
    const begun = body === null ? request : body.begin();
    copies.giveUpWhenIdle(idleMs);
    return {
      request: begun,
      async finish() {
        if (body !== null && isUnread(inbound, body))
          await atMost(bodyWaitMs(inbound), body.readRest());
      },
      ...(observer === null ? UNOBSERVED : observing(observer, inbound.method)),
    };
  }
  const drain = (milliseconds: number) =>
    background.drain(milliseconds, () => {
      sender.abandon();
      comparing.abandon();
    });
  return { mirror, drain };
}

/** Lets the comparisons of a request observe the app's response. */
function observing(
  comparisons: RequestComparisons<Mirror>,
  method: string,
): Pick<Mirrored, 'passOn' | 'failed'> {
  return {
    passOn(response) {
      comparisons.primaryResponded?.(response.status);
      const { primaryTap } = comparisons;
      return primaryTap === null ? response : tappedResponse(response, primaryTap, method);
    },
    failed: () => comparisons.primaryFailed(),
  };
}

/**
 * A mirror's response, without its Content-Type if the app's response has none: servers then add one, which the
 * middleware does not see. `c.text()` on Bun is such a response.
 */
function withTypeOf(app: RecordedResponse, mirrored: RecordedResponse): RecordedResponse {
  if (headerValue(app.headers, 'content-type') !== undefined) return mirrored;
  return { ...mirrored, headers: withoutField(mirrored.headers, 'content-type') };
}

/** An app has no upstream that could be asked once more. */
function baselineFaults(config: ProxyMirrorConfig): ConfigFault[] {
  const isPrimary = ({ compare }: Pick<ProxyMirrorConfig, 'compare'>) =>
    typeof compare === 'object' && compare.baseline === PRIMARY;
  if (!mirrorsOf(config).some(isPrimary)) return [];
  const message = `expected the URL of another instance, found "${PRIMARY}", which an app does not have`;
  return [{ path: ['compare', 'baseline'], message }];
}

/** Starts observing a request body; `null` when there is none or it is already buffered. */
function observed(request: Request, upload: Inbound['upload'], env: unknown): ObservedBody | null {
  if (upload === null || upload.buffered !== null) return null;
  return observeBody(request, upload.length, env);
}

/**
 * Makes the outbound request for copies. The app takes the place of an upstream, so it is the app's request.
 *
 * @param identify whether it gets an `X-Request-Id` if the client sent none
 */
function copyOf(inbound: Inbound, identify: boolean): Outbound {
  const { target, method, headers, upload } = inbound;
  const timeouts = { connect: 0, send: 0, read: 0 };
  // Expect is for this hop, and the server has already handled it (RFC 9110 section 10.1.1).
  const own = withoutHopByHop(withoutField(headers, 'expect'));
  const lacksId = identify && headerValue(own, 'x-request-id') === undefined;
  const fields = lacksId ? [...own, 'X-Request-Id', inbound.id] : own;
  return {
    destination: NOWHERE,
    target,
    method,
    headers: fields,
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
