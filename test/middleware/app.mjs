import { Hono } from 'hono';
import { proxyMirror } from 'proxy-mirror';
import { handlers } from './handlers.mjs';

/** Limit in bytes for a recorded body, and for all recorded bodies of `/narrow` together. */
const BYTES = 500_000;

/**
 * One app that has each handler under its index: plain, behind the middleware, and behind one with little memory.
 * `/outcomes` lists the outcomes of copies as `[id of the request, outcome and reason]`.
 *
 * @param {{ upstream: string, mirror: string, addressOf: (c: any) => unknown }} options
 */
export function mirroredApp({ upstream, mirror, addressOf }) {
  /** @type {[string, string][]} */
  const outcomes = [];
  const mirroring = (/** @type {number} */ mirrorMemory) =>
    proxyMirror(
      { host: mirror, timeout: 2, max_body_size: BYTES, max_in_flight: 1000, breaker: false },
      {
        mirrorMemory,
        onOutcome: ({ requestId, outcome, reason }) =>
          outcomes.push([requestId, `${outcome} ${reason}`]),
      },
    );
  const app = new Hono();
  app.onError((error, c) => c.text(error.message, 500));
  app.get('/outcomes', (c) => c.json(outcomes.splice(0)));
  app.use('/mirrored/*', mirroring(20 * BYTES));
  app.use('/narrow/*', mirroring(BYTES));
  app.all('/:place/silence', () => new Promise(() => {}));
  Object.values(handlers({ upstream, addressOf })).forEach((chain, i) => {
    for (const handler of chain) app.all(`/:place/${i}`, handler);
  });
  return app;
}
