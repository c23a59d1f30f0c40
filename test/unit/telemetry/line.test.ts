import type { LogRecord } from '@logtape/logtape';
import { expect, it } from 'vitest';
import { jsonLine, textLine } from '../../../src/telemetry/line.ts';

function record(rawMessage: string, properties: Record<string, unknown>): LogRecord {
  const message = rawMessage
    .split(/[{}]/)
    .map((part, i) => (i % 2 === 0 ? part : properties[part]));
  const timestamp = Date.UTC(2026, 4, 4, 10, 12, 31, 402);
  return {
    category: ['proxy-mirror'],
    level: 'warning',
    rawMessage,
    message,
    properties,
    timestamp,
  };
}

const COPY = record('copy to {mirror} failed: {reason}', {
  mirror: 'http://m:1',
  reason: 'connect',
  path: '/a?b=1',
  seconds: 0.5,
  detail: 'connect "refused"',
});

it('a line for people has time, level, message, and what the message does not name', () => {
  expect(textLine(COPY)).toBe(
    '2026-05-04T10:12:31.402Z WARN  copy to http://m:1 failed: connect  ' +
      'path="/a?b=1" seconds=0.5 detail="connect \\"refused\\""\n',
  );
  expect(textLine(record('stopping', {}))).toBe('2026-05-04T10:12:31.402Z WARN  stopping\n');
});

it('a list has a line for each entry, with nothing escaped that can be seen', () => {
  const faults = ['routes[0] (id "7"): uri: é', 'routes[1]: x'];
  expect(textLine(record('not read', { place: '/etc/routes.json', faults }))).toBe(
    '2026-05-04T10:12:31.402Z WARN  not read  place=/etc/routes.json\n' +
      '  routes[0] (id "7"): uri: é\n' +
      '  routes[1]: x\n',
  );
});

it.each([['\n'], ['\r'], ['\u001b[2K'], ['\u0085'], ['\u2028'], ['\u202e'], ['\u009b1A']])(
  'no value begins a line or controls a terminal: %j',
  (control) => {
    const evil = `a${control}2026-05-04T10:12:31.402Z ERROR all is lost  x="y`;
    const text = textLine(record('from {who}', { who: evil, why: evil, list: [evil, evil] }));
    expect(text).not.toContain(control === '\n' ? '\n2026' : control);
    expect(text.match(/\n/g)).toHaveLength(3);
    expect(text.split('\n').map((line) => line.slice(0, 2))).toEqual(['20', '  ', '  ', '']);
  },
);

it('a fact cannot pass for two', () => {
  const text = textLine(record('m', { path: '/a status=200', who: 'x" status="200', none: '' }));
  expect(text).toContain('m  path="/a status=200" who="x\\" status=\\"200" none=""\n');
});

it('a line for programs is a JSON object, whose message has the values as they are', () => {
  expect(JSON.parse(jsonLine(COPY))).toEqual({
    '@timestamp': '2026-05-04T10:12:31.402Z',
    level: 'WARN',
    message: 'copy to http://m:1 failed: connect',
    logger: 'proxy-mirror',
    properties: COPY.properties,
  });
});
