import { setPriority } from 'node:os';
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

/**
 * Bun lets a thread that allocates much keep several times what it needs; asked so often at most, it takes a few
 * percent of the thread's time.
 */
const COLLECT_EVERY_MS = 100;

/** Returns a function that collects what the thread no longer needs, on runtimes that have to be asked. */
function collector(): () => void {
  const { Bun } = globalThis as { Bun?: { gc(force: true): void } };
  if (Bun === undefined) return () => {};
  let nextMs = 0;
  return () => {
    const now = performance.now();
    if (now < nextMs) return;
    Bun.gc(true);
    nextMs = performance.now() + COLLECT_EVERY_MS;
  };
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
