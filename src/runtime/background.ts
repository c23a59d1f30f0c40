import type { Context, ExecutionContext } from 'hono';
import type { WaitUntil } from './runtime.ts';

/** What can be waited for when a program stops: a gateway, and what `proxyMirror` and `mirrorFetch` return. */
export interface Drainable {
  /**
   * Waits for the copies under way, and after `milliseconds` gives up those that are left, and all later ones: they
   * end as `failed: shutdown`. To be called when the server has stopped accepting requests.
   *
   * @param milliseconds `Infinity`: until the last copy is done, which the `timeout` of its mirror limits
   * @example
   * const mirror = proxyMirror({ host: 'http://127.0.0.1:9797' });
   * app.use(mirror);
   * const server = serve(app); // of @hono/node-server
   * process.once('SIGTERM', () => server.close(() => void mirror.drain(5000)));
   */
  drain(milliseconds: number): Promise<void>;
}

/** Tracks work that outlives its request, on runtimes whose platform does not. */
export interface Background {
  readonly waitUntil: WaitUntil;
  /** Keeps work alive by the platform's `waitUntil` as well, where it has one, so that `drain` waits for it too. */
  keeping(platform: WaitUntil | undefined): WaitUntil;
  /**
   * Resolves when no work is pending. After `milliseconds` it calls `abandon`, which must end the work; `Infinity`:
   * never.
   */
  drain(milliseconds: number, abandon: () => void): Promise<void>;
}

/** A longer timer would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export function createBackground(): Background {
  let pending = 0;
  let waiting: (() => void)[] = [];
  function over(): void {
    pending -= 1;
    if (pending > 0) return;
    for (const resolve of waiting) resolve();
    waiting = [];
  }
  function waitUntil(work: Promise<unknown>): void {
    pending += 1;
    work.then(over, over);
  }
  return {
    waitUntil,
    keeping(platform) {
      if (platform === undefined || platform === waitUntil) return waitUntil;
      return (work) => {
        waitUntil(work);
        platform(work);
      };
    },
    async drain(milliseconds, abandon) {
      const timer = milliseconds > MAX_TIMER_MS ? undefined : setTimeout(abandon, milliseconds);
      while (pending > 0) await new Promise<void>((resolve) => waiting.push(resolve));
      clearTimeout(timer);
    },
  };
}

/** The platform's execution context; `null` if the server provides none, as plain `Bun.serve`: Hono throws then. */
export function contextOf(c: Context): ExecutionContext | null {
  try {
    return c.executionCtx;
  } catch {
    return null;
  }
}
