import type { Context } from 'hono';
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

/** Hono's `executionCtx` throws where the server gave none, as plain `Bun.serve` does. */
export function waitUntilOf(c: Context, background: Background): WaitUntil {
  try {
    const context = c.executionCtx;
    return (work) => context.waitUntil(work);
  } catch {
    return background.waitUntil;
  }
}
