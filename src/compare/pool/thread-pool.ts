import type { StartThread, Thread } from '../../runtime/thread.ts';
import type { Comparison, NotCompared } from '../comparison.ts';
import type { RecordedResponse } from '../recorded.ts';
import type { CompareRules } from '../rules.ts';
import { shedWhile } from '../uncompared-responses.ts';
import { withGrpcStatuses } from './grpc-statuses.ts';
import { ownThread } from './own-thread.ts';
import type { ComparePool, MakePool } from './pool.ts';

/** A message to the thread. */
export interface Batch {
  readonly key: Uint8Array;
  /** True if the thread is to forget the rules that it has seen. */
  readonly forget: boolean;
  /** Rules that the thread has not seen, by number. */
  readonly rules: readonly (readonly [id: number, rules: CompareRules])[];
  readonly pairs: readonly {
    readonly rules: number;
    readonly primary: RecordedResponse;
    readonly mirror: RecordedResponse;
  }[];
}

/** The thread's reply: one result for each pair. */
export interface BatchReply {
  readonly results: Comparison[];
  /** A fault of ours that stopped a comparison. */
  readonly error: string | null;
}

/** Pairs that may wait for the thread. Their bodies are within the memory of all recordings. */
const MAX_WAITING = 1024;

/**
 * How long a pair waits for the thread: who reads the report wants to know of now. A pair may take a tenth of a second,
 * so that a full queue would take minutes.
 */
const MAX_WAIT_MS = 10_000;

/**
 * A message carries several pairs, as each wakes the thread, but not so many that they are held for long: no more than
 * the thread would compare in this time at the pace of the last message, nor than these.
 */
const BATCH_MS = 100;
/** How long less than that is held back for more to come: each message takes time of the event loop as well. */
const GATHER_MS = 20;
const MAX_BATCH = 32;
const MAX_BATCH_BYTES = 256 * 1024;

/** Rules that the thread keeps: routes come and go. */
const MAX_RULES = 1000;

/** A thread that has not replied by then hangs. It has the lowest priority, so that a busy machine makes it slow. */
const REPLY_WITHIN_MS = 60_000;

/** A thread that dies sooner than this after its start is not started again at once. */
const RESTART_AFTER_MS = 1000;

interface Waiting {
  readonly rules: CompareRules;
  readonly primary: RecordedResponse;
  readonly mirror: RecordedResponse;
  readonly sinceMs: number;
  resolve(comparison: Comparison): void;
}

/**
 * Compares in a thread of its own, which is started with the first pair and replaced when it dies. What cannot wait,
 * and what a thread held when it died, is `not_compared: overload`.
 *
 * @param key of the hashes that stand for redacted values
 * @param onError called with what went wrong in the thread
 */
export function threadPool(
  start: StartThread,
  key: () => Uint8Array,
  onError: (error: string) => void,
): ComparePool {
  let thread: Thread | null = null;
  let startedAt = -Infinity;
  let sentRules = new Map<CompareRules, number>();
  let waiting: Waiting[] = [];
  let inThread: readonly Waiting[] = [];
  let hangs: ReturnType<typeof setTimeout> | undefined;
  /** Most pairs of the next message, and when the last one was sent. */
  let pace = 1;
  let sentAtMs = 0;
  let gathering: ReturnType<typeof setTimeout> | undefined;
  let abandoned = false;
  /** True once a thread has replied: then the module can be loaded, whatever becomes of later threads. */
  let hasWorked = false;
  /** Takes the place of threads that cannot be started. */
  let instead: ComparePool | null = null;

  /** Sends the next message, if the thread has nothing to do and enough pairs wait. */
  function pump(): void {
    if (inThread.length > 0 || waiting.length === 0) return;
    if (waiting.length >= pace) send();
    else gathering ??= setTimeout(send, GATHER_MS);
  }

  function send(): void {
    clearTimeout(gathering);
    gathering = undefined;
    failOverdue();
    if (inThread.length > 0 || waiting.length === 0) return;
    thread ??= startThread();
    if (thread === null) return fail(take(waiting.length), 'overload');
    inThread = take(batchSize(waiting, pace));
    sentAtMs = performance.now();
    hangs = setTimeout(() => thread?.stop(), REPLY_WITHIN_MS);
    thread.post(batchOf(inThread));
  }

  function failOverdue(): void {
    const oldest = performance.now() - MAX_WAIT_MS;
    const overdue = waiting.findIndex(({ sinceMs }) => sinceMs >= oldest);
    fail(take(overdue === -1 ? waiting.length : overdue), 'overload');
  }

  function take(count: number): Waiting[] {
    const taken = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return taken;
  }

  function startThread(): Thread | null {
    const now = performance.now();
    if (now - startedAt < RESTART_AFTER_MS) return null;
    startedAt = now;
    sentRules = new Map();
    try {
      return start(threadModule(), { onMessage: settle, onExit });
    } catch (error) {
      // The system has no room for another thread now. It may have later.
      onError(`no thread can be started: ${String(error)}`);
      return null;
    }
  }

  function batchOf(pairs: readonly Waiting[]): Batch {
    const rules: [number, CompareRules][] = [];
    const forget = sentRules.size > MAX_RULES;
    if (forget) sentRules = new Map();
    for (const { rules: one } of pairs) {
      if (sentRules.has(one)) continue;
      rules.push([sentRules.size, one]);
      sentRules.set(one, sentRules.size);
    }
    const numbered = pairs.map(({ rules: one, primary, mirror }) => {
      return { rules: sentRules.get(one)!, primary, mirror };
    });
    return { key: key(), forget, rules, pairs: numbered };
  }

  function settle(message: unknown): void {
    const { results, error } = message as BatchReply;
    hasWorked = true;
    clearTimeout(hangs);
    const settled = inThread;
    inThread = [];
    pace = paceAfter(settled.length, performance.now() - sentAtMs);
    for (const [index, { resolve }] of settled.entries()) resolve(results[index]!);
    if (error !== null) onError(error);
    pump();
  }

  function onExit(error: Error | null, hadStarted: boolean): void {
    clearTimeout(hangs);
    thread = null;
    pace = 1;
    const cannotLoad = error !== null && !hadStarted && !hasWorked;
    if (cannotLoad && !abandoned) return doWithout(error);
    const lost = inThread;
    inThread = [];
    fail(lost, abandoned ? 'shutdown' : 'overload');
    if (abandoned) return;
    onError(error === null ? 'the thread that compares ended' : error.message);
    pump();
  }

  /** A program may have been bundled without the thread's module. Better slower than not at all. */
  function doWithout(error: Error): void {
    onError(`no thread can be started, so the main thread compares: ${error.message}`);
    instead = ownThread(key, onError);
    const pairs = [...inThread, ...take(waiting.length)];
    inThread = [];
    for (const pair of pairs) void settleBy(instead, pair);
  }

  const isFull = () => waiting.length >= MAX_WAITING;

  return {
    shed: shedWhile(isFull),
    compare(rules, primary, mirror) {
      if (instead !== null) return instead.compare(rules, primary, mirror);
      if (abandoned) return Promise.resolve(notCompared('shutdown'));
      if (isFull()) return Promise.resolve(notCompared('overload'));
      return new Promise((resolve) => {
        waiting.push({ rules, primary, mirror, sinceMs: performance.now(), resolve });
        pump();
      });
    },
    abandon() {
      abandoned = true;
      fail(take(waiting.length), 'shutdown');
      thread?.stop();
    },
  };
}

async function settleBy(
  pool: ComparePool,
  { rules, primary, mirror, resolve }: Waiting,
): Promise<void> {
  resolve(await pool.compare(rules, primary, mirror));
}

/**
 * How many pairs go into one message at most, after one with so many took so long. Grows slowly: what comes next may take
 * longer.
 */
function paceAfter(pairs: number, milliseconds: number): number {
  const within = Math.floor((pairs * BATCH_MS) / Math.max(milliseconds, 1));
  return Math.max(1, Math.min(within, 2 * pairs, MAX_BATCH));
}

/** How many of those that wait go into one message. */
function batchSize(waiting: readonly Waiting[], most: number): number {
  let bytes = 0;
  let size = 0;
  while (size < Math.min(waiting.length, most)) {
    const { primary, mirror } = waiting[size]!;
    bytes += primary.body.byteLength + mirror.body.byteLength;
    if (size > 0 && bytes > MAX_BATCH_BYTES) break;
    size++;
  }
  return size;
}

function fail(pairs: readonly Waiting[], reason: NotCompared): void {
  for (const { resolve } of pairs) resolve(notCompared(reason));
}

function notCompared(reason: NotCompared): Comparison {
  return { result: 'not_compared', reason };
}

/**
 * The module beside this one: a source on Deno and Bun, built elsewhere. In a program that Bun compiled all modules are in
 * one, whose address is that of the program, but for the thread's.
 */
function threadModule(): URL {
  const { url } = import.meta;
  if (url.includes('/$bunfs/')) return new URL('./compare/pool/thread.js', url);
  return new URL(url.endsWith('.ts') ? './thread.ts' : './thread.js', url);
}

/** On servers: a thread, if the runtime has threads; the runtime of plain fetch has none. */
export const comparePool: MakePool = (start, key, onError) =>
  withGrpcStatuses(start === undefined ? ownThread(key, onError) : threadPool(start, key, onError));
