import { type Program, run, type RunOptions } from '../support/process.ts';

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Loopback must not go through a developer's proxy. */
const DIRECT = { no_proxy: '*', NO_PROXY: '*' };

/** Starts a program that talks to the gateway. */
export function start(name: string, args: readonly string[], options: RunOptions = {}): Program {
  return run(name, args, { ...options, env: { ...DIRECT, ...options.env } });
}

/** Waits for its end, whatever its exit status. */
export async function finished(program: Program): Promise<Finished> {
  const status = await program.exited;
  return { status, stdout: program.stdout(), stderr: program.stderr() };
}

/** Runs a program that must succeed. */
export async function command(
  name: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const done = await finished(start(name, args, options));
  if (done.status === 0) return done;
  const printed = `${done.stdout}${done.stderr}`;
  throw new Error(`${name} ${args.join(' ')}: exited with ${done.status}\n${printed}`);
}
