import { configureSync, type LogRecord, resetSync } from '@logtape/logtape';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Outcome } from '../../../src/mirror/outcome.ts';
import { logListener } from '../../../src/telemetry/log.ts';

let records: LogRecord[];
beforeEach(() => {
  records = [];
  configureSync({
    reset: true,
    sinks: { memory: (record) => void records.push(record) },
    loggers: [
      { category: 'proxy-mirror', lowestLevel: 'info', sinks: ['memory'] },
      { category: ['logtape', 'meta'], lowestLevel: 'error', sinks: ['memory'] },
    ],
  });
});
afterEach(() => resetSync());

const copy = (mirror: string, outcome: Outcome) =>
  ({ type: 'copy', route: '1', mirror, outcome, seconds: 0.5 }) as const;
const REFUSED: Outcome = { outcome: 'failed', reason: 'connect', detail: 'ECONNREFUSED' };

it('writes a failed copy as one structured line, and not more than one a second', () => {
  const clock = { now: 0 };
  const listen = logListener(() => clock.now);
  for (let i = 0; i < 100; i++) listen(copy('http://m', REFUSED));
  expect(records.map(({ level, properties }) => [level, properties])).toEqual([
    [
      'warning',
      {
        route: '1',
        mirror: 'http://m',
        outcome: 'failed',
        reason: 'connect',
        detail: 'ECONNREFUSED',
        seconds: 0.5,
        suppressed: 0,
      },
    ],
  ]);
  clock.now = 1000;
  listen(copy('http://m', REFUSED));
  listen(copy('http://other', REFUSED));
  expect(records.slice(1).map(({ properties }) => properties['suppressed'])).toEqual([99, 0]);
});

it('writes nothing at info for copies that were sent or skipped, and for requests', () => {
  const listen = logListener();
  listen(copy('http://m', { outcome: 'sent', reason: '2xx' }));
  listen(copy('http://m', { outcome: 'skipped', reason: 'sampled_out' }));
  listen({ type: 'request', route: '1', method: 'GET', status: 200, seconds: 0 });
  expect(records).toEqual([]);
});

it('names the cause of what failed', () => {
  const listen = logListener();
  const error = new Error('connect ECONNREFUSED 10.0.0.1:80');
  listen({ type: 'upstream_failure', route: '1', error });
  listen({ type: 'reload', result: 'failure', error });
  listen({ type: 'admin_failure', error });
  expect(records.map(({ level, properties }) => [level, properties['error']])).toEqual(
    [1, 2, 3].map(() => ['error', error.message]),
  );
});
