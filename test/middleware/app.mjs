import { Hono } from 'hono';
import { stream } from 'hono/streaming';
import { mirrorFetch, proxyMirror } from 'proxy-mirror';
import { handlers } from './handlers.mjs';

/** Limit in bytes for a recorded body, and for all recorded bodies of `/narrow` together. */
const LIMIT_BYTES = 500_000;

/**
 * Seconds that a copy may take, and that the app's response is waited for after the mirror's. Few tests wait that long, and
 * no other copy must take longer on a small machine that does a lot.
 */
const TIMEOUT_S = 8;

/**
 * One app that has each handler under its index: plain, behind the middleware, behind one with little memory, and
 * behind `mirrorFetch`; the first and the last also with comparison. `/outcomes` lists the outcomes of copies as
 * `[id of the request, outcome and reason]`, `/comparisons` what `onComparison` was told.
 *
 * @param {{ upstream: string, mirror: string, addressOf: (c: any) => unknown }} options
 */
export function mirroredApp({ upstream, mirror, addressOf }) {
  /** @type {[string, string][]} */
  const outcomes = [];
  /** @type {import('proxy-mirror').ComparisonReport[]} */
  const comparisons = [];
  const config = {
    host: mirror,
    timeout: TIMEOUT_S,
    max_body_size: LIMIT_BYTES,
    max_in_flight: 1000,
    breaker: /** @type {const} */ (false),
  };
  const optionsOf = (/** @type {number} */ mirrorMemory) => ({
    mirrorMemory,
    onOutcome: (/** @type {import('proxy-mirror').CopyReport} */ { requestId, outcome, reason }) =>
      outcomes.push([requestId, `${outcome} ${reason}`]),
  });
  const compared = { ...config, compare: true };
  const comparing = {
    ...optionsOf(20 * LIMIT_BYTES),
    onComparison: (/** @type {import('proxy-mirror').ComparisonReport} */ report) =>
      comparisons.push(report),
  };
  const app = new Hono();
  app.onError((error, c) => c.text(error.message, 500));
  app.get('/outcomes', (c) => c.json(outcomes.splice(0)));
  app.get('/comparisons', (c) => c.json(comparisons.splice(0)));
  app.use('/mirrored/*', proxyMirror(config, optionsOf(20 * LIMIT_BYTES)));
  app.use('/narrow/*', proxyMirror(config, optionsOf(LIMIT_BYTES)));
  app.use('/compared/*', proxyMirror(compared, comparing));
  app.all('/:place/silence', () => new Promise(() => {}));
  app.all('/:place/endless', (c) =>
    stream(c, async (out) => {
      while (!out.aborted) {
        await out.write('tick\n');
        await out.sleep(20);
      }
    }),
  );
  // Hono's onError is not asked about what is no Error.
  app.all('/:place/throws', () => {
    throw 'a text';
  });
  Object.values(handlers({ upstream, addressOf })).forEach((chain, i) => {
    for (const handler of chain) app.all(`/:place/${i}`, handler);
  });
  /** @type {Readonly<Record<string, typeof app.fetch>>} */
  const fetches = {
    fetched: mirrorFetch(app.fetch, config, optionsOf(20 * LIMIT_BYTES)),
    comparedFetch: mirrorFetch(app.fetch, compared, comparing),
  };
  return {
    fetch(/** @type {Request} */ request, /** @type {any} */ env, /** @type {any} */ context) {
      const place = new URL(request.url).pathname.split('/', 2)[1] ?? '';
      return (fetches[place] ?? app.fetch)(request, env, context);
    },
  };
}
