import { afterEach, expect, it, vi } from 'vitest';
import { log, setLogLevel } from '../../../src/telemetry/logger/console.ts';

afterEach(() => {
  setLogLevel('warning');
  vi.restoreAllMocks();
});

/** The lines that `work` writes, by the method of the console. */
function linesOf(work: () => void): [method: string, line: Record<string, unknown>][] {
  const lines: [string, Record<string, unknown>][] = [];
  for (const method of ['debug', 'info', 'warn', 'error'] as const) {
    vi.spyOn(console, method).mockImplementation((line: string) => {
      lines.push([method, JSON.parse(line) as Record<string, unknown>]);
    });
  }
  work();
  return lines;
}

function writeAll(): void {
  for (const level of ['debug', 'info', 'warning', 'error'] as const) log[level](level);
}

it.each([
  ['debug', ['debug', 'info', 'warn', 'error']],
  ['info', ['info', 'warn', 'error']],
  ['warning', ['warn', 'error']],
  ['error', ['error']],
  ['silent', []],
] as const)('at %s writes %j', (level, methods) => {
  setLogLevel(level);
  expect(linesOf(writeAll).map(([method]) => method)).toEqual(methods);
  expect(log.isEnabledFor('debug')).toBe(level === 'debug');
});

it('writes one JSON object, whose message has the facts in their places and no control characters', () => {
  const facts = { mirror: 'http://m\n', reason: 'connect', seconds: 0.5 };
  const [[, line] = []] = linesOf(() => log.error('copy to {mirror}: {reason}, {absent}', facts));
  expect(line).toEqual({
    '@timestamp': expect.any(String),
    level: 'ERROR',
    message: String.raw`copy to http://m\u000a: connect, undefined`,
    logger: 'proxy-mirror',
    properties: facts,
  });
});
