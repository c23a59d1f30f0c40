import { configureSync, type LogLevel, type LogRecord, resetSync } from '@logtape/logtape';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Outcome } from '../../../src/mirror/outcome.ts';
import { logListener, logReload } from '../../../src/telemetry/log.ts';
import { copyEvent, REQUEST } from './copy-event.ts';

let records: LogRecord[];
function configure(lowestLevel: LogLevel): void {
  records = [];
  configureSync({
    reset: true,
    sinks: { memory: (record) => void records.push(record) },
    loggers: [
      { category: 'proxy-mirror', lowestLevel, sinks: ['memory'] },
      { category: ['logtape', 'meta'], lowestLevel: 'error', sinks: ['memory'] },
    ],
  });
}
beforeEach(() => configure('info'));
afterEach(() => resetSync());

const lines = () => records.map(({ level, properties }) => [level, properties]);
// No query: secrets travel in it.
const FACTS = { requestId: 'a1', method: 'GET', path: '/a', route: '1', seconds: 0.5 };
const SENT: Outcome = { outcome: 'sent', reason: '2xx', status: 204 };
const REFUSED: Outcome = { outcome: 'failed', reason: 'connect', detail: 'ECONNREFUSED' };
const answered = {
  type: 'request',
  route: '1',
  request: REQUEST,
  status: 200,
  seconds: 0.5,
} as const;

it('writes a failed copy as one structured line, and not more than one a second', () => {
  const clock = { now: 0 };
  const listen = logListener(() => clock.now);
  for (let i = 0; i < 100; i++) listen(copyEvent(REFUSED));
  expect(lines()).toEqual([
    ['warning', { ...FACTS, mirror: 'http://m', ...REFUSED, suppressed: 0 }],
  ]);
  clock.now = 1000;
  listen(copyEvent(REFUSED));
  listen(copyEvent(REFUSED, { mirror: 'http://other' }));
  expect(records.slice(1).map(({ properties }) => properties['suppressed'])).toEqual([99, 0]);
});

it('writes nothing at info for copies that were sent or skipped, and for requests, and makes no id', () => {
  const listen = logListener();
  const id = vi.fn<() => string>();
  const request = Object.defineProperty({ ...REQUEST }, 'id', { get: id });
  listen(copyEvent(SENT, { request }));
  listen(copyEvent({ outcome: 'skipped', reason: 'sampled_out' }, { request }));
  listen({ ...answered, request });
  expect(records).toEqual([]);
  expect(id).not.toHaveBeenCalled();
});

it('writes one line for a request and one for each copy at debug, with the same id', () => {
  configure('debug');
  const listen = logListener(() => 0);
  listen(answered);
  for (const outcome of [SENT, REFUSED, REFUSED]) listen(copyEvent(outcome));
  expect(lines()).toEqual([
    ['debug', { ...FACTS, status: 200 }],
    ['debug', { ...FACTS, mirror: 'http://m', ...SENT }],
    ['warning', { ...FACTS, mirror: 'http://m', ...REFUSED, suppressed: 0 }],
    ['debug', { ...FACTS, mirror: 'http://m', ...REFUSED }],
  ]);
});

it('names the cause of what failed', () => {
  const listen = logListener();
  const error = new Error('connect ECONNREFUSED 10.0.0.1:80');
  listen({ type: 'upstream_failure', route: '1', request: REQUEST, node: 'http://n', error });
  listen({ type: 'reload', result: 'failure', error, routes: 0 });
  listen({ type: 'admin_failure', error });
  expect(lines().slice(1)).toEqual([1, 2].map(() => ['error', { faults: [error.message] }]));
  const { seconds: _, ...facts } = FACTS;
  expect(records[0]!.properties).toEqual({ ...facts, node: 'http://n', error: error.message });
});

it('lists each fault of a document once, with the path of its file', () => {
  const listen = logListener();
  const faults = ['routes[0] (id "7"): uri: wrong type', 'routes[1]: ...'];
  const place = '/etc/proxy-mirror/routes.json';
  const error = Object.assign(new Error('routes.json: 2 faults'), { place, faults });
  listen({ type: 'reload', result: 'failure', error, routes: 0 });
  listen({ type: 'admin_failure', error });
  expect(lines()).toEqual([1, 2].map(() => ['error', { place, faults }]));
  expect(records.flatMap(({ message }) => message).join()).not.toContain('routes[0]');
});

it('says what is in force after routes were read, and only where there are some that they stay', () => {
  const error = new Error('no');
  for (const routes of [0, 1, 2]) logReload({ result: 'success', routes });
  logReload({ result: 'unchanged', routes: 1 });
  for (const routes of [null, 0, 1]) logReload({ result: 'failure', error, routes });
  expect(records.map(({ message }) => message.join(''))).toEqual([
    '0 routes in force',
    '1 route in force',
    '2 routes in force',
    '1 route in force, unchanged',
    'the routes were not read, and none are in force',
    'the routes were not read, and none are in force',
    'the routes were not read, those in force stay',
  ]);
});

it('cuts what a client may make as long as it likes, and escapes what a terminal may obey', () => {
  configure('debug');
  const listen = logListener(() => 0);
  const path = '/' + 'x'.repeat(255);
  const request = { id: 'a1', method: 'M'.repeat(300), target: `${path}yz?q` };
  listen({
    type: 'upstream_failure',
    route: '1',
    request,
    node: 'http://n',
    error: new Error('e'),
  });
  listen({ ...answered, request });
  listen(copyEvent(REFUSED, { request }));
  const cut = { method: `${'M'.repeat(256)}...`, path: `${path}...` };
  for (const { properties } of records) expect(properties).toMatchObject(cut);
  expect(records).toHaveLength(3);
  listen({ ...answered, request: { ...REQUEST, target: '/\x9b31m\xe9\x7f%0a' } });
  expect(records[3]!.properties['path']).toBe('/%9B31m%E9%7F%0a');
});
