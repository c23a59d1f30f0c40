import { Hono } from 'hono';
import { mirrorFetch, proxyMirror } from 'proxy-mirror';
import { handlers } from './handlers.mjs';

/** Limit in bytes for a recorded body, and for all recorded bodies of `/narrow` together. */
const LIMIT_BYTES = 500_000;

/**
 * One app that has each handler under its index: plain, behind the middleware, behind one with little memory, and
 * behind `mirrorFetch`. `/outcomes` lists the outcomes of copies as `[id of the request, outcome and reason]`.
 *
 * @param {{ upstream: string, mirror: string, addressOf: (c: any) => unknown }} options
 */
export function mirroredApp({ upstream, mirror, addressOf }) {
  /** @type {[string, string][]} */
  const outcomes = [];
  const config = {
    host: mirror,
    timeout: 2,
    max_body_size: LIMIT_BYTES,
    max_in_flight: 1000,
    breaker: /** @type {const} */ (false),
  };
  const optionsOf = (/** @type {number} */ mirrorMemory) => ({
    mirrorMemory,
    onOutcome: (/** @type {import('proxy-mirror').CopyReport} */ { requestId, outcome, reason }) =>
      outcomes.push([requestId, `${outcome} ${reason}`]),
  });
  const app = new Hono();
  app.onError((error, c) => c.text(error.message, 500));
  app.get('/outcomes', (c) => c.json(outcomes.splice(0)));
  app.use('/mirrored/*', proxyMirror(config, optionsOf(20 * LIMIT_BYTES)));
  app.use('/narrow/*', proxyMirror(config, optionsOf(LIMIT_BYTES)));
  app.all('/:place/silence', () => new Promise(() => {}));
  Object.values(handlers({ upstream, addressOf })).forEach((chain, i) => {
    for (const handler of chain) app.all(`/:place/${i}`, handler);
  });
  const mirrored = mirrorFetch(app.fetch, config, optionsOf(20 * LIMIT_BYTES));
  return {
    fetch(/** @type {Request} */ request, /** @type {any} */ env, /** @type {any} */ context) {
      const behind = new URL(request.url).pathname.startsWith('/fetched/') ? mirrored : app.fetch;
      return behind(request, env, context);
    },
  };
}
