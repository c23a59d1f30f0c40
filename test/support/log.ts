import type { Program } from './process.ts';

/** One line of the gateway's log. */
export interface Logged {
  readonly level: string;
  readonly message: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What the gateway logged, a JSON object a line, in the order of each stream. */
export function logged(program: Program): Logged[] {
  return `${program.stdout()}\n${program.stderr()}`.split('\n').flatMap((text) => {
    if (!text.startsWith('{"@timestamp"')) return [];
    return [JSON.parse(text) as Logged];
  });
}
