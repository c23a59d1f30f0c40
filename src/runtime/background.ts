import type { Context, ExecutionContext } from 'hono';
import type { WaitUntil } from './port.ts';

/** Work that outlives its request, on runtimes whose platform does not look after it. */
export interface Background {
  readonly waitUntil: WaitUntil;
  /** Resolves once nothing is left. After so many milliseconds it calls `abandon`, which has to end the work. */
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

/** The platform's execution context; `null` where the server provides none, as plain `Bun.serve` (Hono throws there). */
export function contextOf(c: Context): ExecutionContext | null {
  try {
    return c.executionCtx;
  } catch {
    return null;
  }
}
