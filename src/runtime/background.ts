import type { Context, ExecutionContext } from 'hono';
import type { WaitUntil } from './runtime.ts';

/** Tracks work that outlives its request, on runtimes whose platform does not. */
export interface Background {
  readonly waitUntil: WaitUntil;
  /** Resolves when no work is pending. After `milliseconds` it calls `abandon`, which must end the work. */
  drain(milliseconds: number, abandon: () => void): Promise<void>;
}

export function createBackground(): Background {
  let pending = 0;
  let waiting: (() => void)[] = [];
  function over(): void {
    pending -= 1;
    if (pending > 0) return;
    for (const resolve of waiting) resolve();
    waiting = [];
  }
  return {
    waitUntil(work) {
      pending += 1;
      work.then(over, over);
    },
    async drain(milliseconds, abandon) {
      const timer = setTimeout(abandon, milliseconds);
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
