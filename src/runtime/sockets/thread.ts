import { setPriority } from 'node:os';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, Worker } from 'node:worker_threads';
import type { StartThread } from '../thread.ts';

/**
 * Memory of a thread's objects on Node and Deno, and the part of it for those that were just made. A thread that needs
 * more ends, and the process goes on.
 */
const LIMITS = { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 4 };

/** Starts a thread by `node:worker_threads`, which Node, Deno and Bun have. */
export const startThread: StartThread = (module, { onMessage, onExit }) => {
  const worker = new Worker(module, { resourceLimits: LIMITS });
  let failure: Error | null = null;
  let hadStarted = false;
  worker.unref();
  worker.on('message', (message) => {
    if (hadStarted) onMessage(message);
    else hadStarted = true;
  });
  worker.on('error', (error: Error) => (failure = error));
  worker.on('exit', () => onExit(failure, hadStarted));
  return {
    post: (message) => worker.postMessage(message),
    stop: () => void worker.terminate(),
  };
};

/** Lowest priority of a thread: it gets the time that nobody else wants. */
const LOWEST_PRIORITY = 19;

/** Deno asks on the terminal for a permission that it was not given. */
function mayLower(): boolean {
  const { Deno } = globalThis as { Deno?: DenoPermissions };
  if (Deno === undefined) return true;
  return Deno.permissions.querySync({ name: 'sys', kind: 'setPriority' }).state === 'granted';
}

interface DenoPermissions {
  readonly permissions: { querySync(permission: object): { readonly state: string } };
}

/** Returns a function that collects what the thread no longer needs; to be called after each message. */
function collector(): () => void {
  const { Bun } = globalThis as { Bun?: { gc(force: true): void } };
  return Bun === undefined ? afterBytes(collectByV8) : afterTime(() => Bun.gc(true));
}

/**
 * Bun lets a thread that allocates much keep several times what it needs; asked so often at most, it takes a few
 * percent of the thread's time.
 */
const COLLECT_EVERY_MS = 100;

function afterTime(collect: () => void): () => void {
  let nextMs = 0;
  return () => {
    if (performance.now() < nextMs) return;
    collect();
    nextMs = performance.now() + COLLECT_EVERY_MS;
  };
}

/**
 * V8 lets a thread keep 32 MiB and more of arrays that it no longer needs: they lie outside of the heap that is limited, and
 * what they once took of the system stays with the thread. So it is asked to collect after so many bytes of them.
 */
const COLLECT_EVERY_BYTES = 8 * 1024 * 1024;

function afterBytes(collect: () => void): () => void {
  let least = Infinity;
  return () => {
    const bytes = getHeapStatistics().external_memory;
    least = Math.min(least, bytes);
    if (bytes - least < COLLECT_EVERY_BYTES) return;
    collect();
    least = getHeapStatistics().external_memory;
  };
}

type Gc = (options: { readonly type: 'minor' }) => void;

let gc: Gc | undefined;

/** Collects what was just made. Deno collects everything, which takes longer. */
function collectByV8(): void {
  gc ??= gcOfV8();
  gc({ type: 'minor' });
}

/** What programs have as `gc` that are started with this option, and contexts that are made after it was set. */
function gcOfV8(): Gc {
  try {
    setFlagsFromString('--expose-gc');
    return runInNewContext('gc') as Gc;
  } catch {
    // Then V8 collects when it likes, and the thread takes more memory.
    return () => {};
  }
}

/**
 * Responds to the messages to the thread that this is called in, one after the other. The thread gets the lowest priority:
 * on Linux that holds for the calling thread alone, so that it takes no time from the event loop, even on one core.
 */
export function serveThread(respond: (message: unknown) => Promise<unknown>): void {
  try {
    if (process.platform === 'linux' && mayLower()) setPriority(LOWEST_PRIORITY);
  } catch {
    // A sandbox may forbid it.
  }
  const collect = collector();
  // Says that the module was loaded.
  parentPort!.postMessage(null);
  parentPort!.on('message', async (message: unknown) => {
    parentPort!.postMessage(await respond(message));
    collect();
  });
}
