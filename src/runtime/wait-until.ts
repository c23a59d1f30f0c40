import type { Context } from 'hono';
import type { Background } from './background.ts';
import type { WaitUntil } from './port.ts';

/** Hono's `executionCtx` throws where the server gave none, as plain `Bun.serve` does. */
export function waitUntilOf(c: Context, background: Background): WaitUntil {
  try {
    const context = c.executionCtx;
    return (work) => context.waitUntil(work);
  } catch {
    return background.waitUntil;
  }
}
