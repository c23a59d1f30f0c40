import type { Program } from './process.ts';

/** One line of the gateway's log. */
export interface Logged {
  readonly '@timestamp': string;
  readonly level: string;
  readonly message: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** The gateway's log, one JSON object a line, in the order of each stream. */
export function logged(program: Program): Logged[] {
  const lines = [program.stdout(), program.stderr()].flatMap(wholeLines);
  return lines
    .filter((text) => text.startsWith('{"@timestamp"'))
    .map((text) => JSON.parse(text) as Logged);
}

/** Without the last line, which is still incomplete. */
function wholeLines(text: string): string[] {
  return text.split('\n').slice(0, -1);
}
