import { fromAsyncSink, getJsonLinesFormatter, type LogRecord, type Sink } from '@logtape/logtape';
import type { Output, WriteOutput } from '../runtime/output.ts';

/** Lines that may wait for whoever reads the log. Beyond, they are dropped and counted. */
const MOST_LINES = 1000;

/** Levels that go to stderr, as on the console. */
const TO_STDERR: ReadonlySet<string> = new Set(['warning', 'error', 'fatal']);

/**
 * Writes the log to the output of the process, a JSON object a line, and waits for nobody: where it is
 * a pipe that is not read, `console` would stop Bun and Deno with every connection they have, and let
 * the memory of Node grow.
 */
export function outputSink(write: WriteOutput): { readonly sink: Sink; drain(): Promise<unknown> } {
  const [stdout, stderr] = [linesTo('stdout', write), linesTo('stderr', write)];
  return {
    sink: (record) => (TO_STDERR.has(record.level) ? stderr : stdout)(record),
    drain: () => Promise.all([stdout.drain(), stderr.drain()]),
  };
}

function linesTo(to: Output, write: WriteOutput) {
  const format = getJsonLinesFormatter();
  let dropped = 0;
  return fromAsyncSink(
    (record) => {
      const before = dropped === 0 ? '' : format(noteOf(dropped));
      dropped = 0;
      return write(to, before + format(record));
    },
    {
      maxQueueSize: MOST_LINES,
      overflow: 'drop-newest',
      onDrop: ({ count }) => void (dropped += count),
    },
  );
}

function noteOf(lines: number): LogRecord {
  return {
    category: ['proxy-mirror'],
    level: 'warning',
    rawMessage: '{lines} lines of the log were dropped: nobody read it',
    message: ['', lines, ' lines of the log were dropped: nobody read it'],
    properties: { lines },
    timestamp: Date.now(),
  };
}
