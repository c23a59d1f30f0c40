import { fromAsyncSink, getJsonLinesFormatter, type LogRecord, type Sink } from '@logtape/logtape';
import type { Output, WriteOutput } from '../runtime/output.ts';

/** Lines that may wait to be written while the output is not read. Further lines are dropped and counted. */
const MOST_LINES = 1000;

/** Levels written to stderr, as by the console. */
const TO_STDERR: ReadonlySet<string> = new Set(['warning', 'error', 'fatal']);

/**
 * Writes the log to the output of the process, one JSON object per line, without blocking. If the output is a pipe
 * that nobody reads, `console` would block Bun and Deno with all their connections, and on Node use ever more memory.
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
      const note = dropped === 0 ? '' : format(droppedNote(dropped));
      dropped = 0;
      return write(to, note + format(record));
    },
    {
      maxQueueSize: MOST_LINES,
      overflow: 'drop-newest',
      onDrop: ({ count }) => void (dropped += count),
    },
  );
}

function droppedNote(lines: number): LogRecord {
  return {
    category: ['proxy-mirror'],
    level: 'warning',
    rawMessage: '{lines} lines of the log were dropped: nobody read it',
    message: ['', lines, ' lines of the log were dropped: nobody read it'],
    properties: { lines },
    timestamp: Date.now(),
  };
}
