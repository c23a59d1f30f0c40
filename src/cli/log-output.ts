import process from 'node:process';
import type { Output, WriteOutput } from '../runtime/output.ts';
import type { ServerSettings } from '../settings/server.ts';
import { jsonLine, textLine } from '../telemetry/line.ts';
import { outputSink } from '../telemetry/output-sink.ts';

/** How long a shutdown waits until the log is written: the reader of the output may have stopped reading. */
const LOG_DRAIN_TIMEOUT_MS = 500;

/** Where the log of a server goes. `drain` resolves when it is written, or nobody reads it. */
export function logOutput(
  write: WriteOutput,
  settings: Pick<ServerSettings, 'logFormat'>,
): Pick<ReturnType<typeof outputSink>, 'sink'> & { drain(): Promise<unknown> } {
  const { sink, drain } = outputSink(write, (to) => (isText(settings, to) ? textLine : jsonLine));
  const timeout = () => new Promise((resolve) => setTimeout(resolve, LOG_DRAIN_TIMEOUT_MS));
  return { sink, drain: () => Promise.race([drain(), timeout()]) };
}

/** Whether lines on an output are for people. */
export function isText({ logFormat }: Pick<ServerSettings, 'logFormat'>, to: Output): boolean {
  return logFormat === 'text' || (logFormat === 'auto' && process[to].isTTY);
}
