import { afterAll, beforeAll } from 'vitest';
import type { TestServerRuntime } from '../runtimes/runtime.ts';
import type { Program } from './process.ts';
import { until } from './until.ts';

/** What came of a command line. */
export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line. @param env settings */
export type RunCommandLine = (
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
) => Promise<Ran>;

/**
 * Command lines on a runtime that share a process, as the start of one takes most of the time of each: for those that end
 * by themselves and start nothing. That the process ends, and with which status, is left to tests that start it.
 *
 * @param folder where it may write
 */
export function commandLines(runtime: TestServerRuntime, folder: () => string): RunCommandLine {
  let program: Program;
  let asked = 0;
  beforeAll(() => {
    program = runtime.launch(folder(), {
      module: new URL('command-lines.mjs', import.meta.url),
      stdin: 'pipe',
    });
  });
  afterAll(() => program.signal('SIGKILL'));

  return async (args, env = {}) => {
    const number = asked++;
    program.child.stdin!.write(`${JSON.stringify({ args, env })}\n`);
    const complete = () => program.stdout().split('\n').slice(0, -1);
    await until(() => complete().length > number, 20_000, `the end of ${args.join(' ')}`).catch(
      (error: Error) => {
        throw new Error(`${error.message}: ${program.stderr()}`);
      },
    );
    return JSON.parse(complete()[number]!) as Ran;
  };
}
