import { fromAsyncSink, type LogRecord, type Sink, type TextFormatter } from '@logtape/logtape';
import type { Output, WriteOutput } from '../runtime/output.ts';

/** Lines that may wait to be written while the output is not read. Further lines are dropped and counted. */
const MAX_LINES = 1000;

/** Levels written to stderr, as by the console. */
const TO_STDERR: ReadonlySet<string> = new Set(['warning', 'error', 'fatal']);

/**
 * Writes the log to the output of the process without blocking. If the output is a pipe that nobody reads, `console`
 * would block Bun and Deno with all their connections, and on Node use ever more memory.
 *
 * @param formatFor how the lines of an output look
 */
export function outputSink(
  write: WriteOutput,
  formatFor: (to: Output) => TextFormatter,
): { readonly sink: Sink; drain(): Promise<unknown> } {
  const stdout = linesTo('stdout', write, formatFor('stdout'));
  const stderr = linesTo('stderr', write, formatFor('stderr'));
  return {
    sink: (record) => (TO_STDERR.has(record.level) ? stderr : stdout)(record),
    drain: () => Promise.all([stdout.drain(), stderr.drain()]),
  };
}

function linesTo(to: Output, write: WriteOutput, format: TextFormatter) {
  let dropped = 0;
  return fromAsyncSink(
    (record) => {
      const note = dropped === 0 ? '' : format(droppedNote(dropped));
      dropped = 0;
      return write(to, note + format(record));
    },
    {
      maxQueueSize: MAX_LINES,
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
