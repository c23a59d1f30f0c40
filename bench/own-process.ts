import { fileURLToPath } from 'node:url';
import { line, type Program, run } from '../test/support/process.ts';

/** A server around the gateway that has a process of its own. */
export interface OwnProcess {
  readonly port: number;
  readonly url: string;
  readonly program: Program;
  stop(): Promise<void>;
}

/** Starts a server that says `port <number>` when it listens. */
export async function ownProcess(file: URL): Promise<OwnProcess> {
  const program = run(process.execPath, [fileURLToPath(file)]);
  const [, port] = await line(program, /^port (\d+)$/m);
  return {
    port: Number(port),
    url: `http://127.0.0.1:${port}`,
    program,
    async stop() {
      program.signal('SIGKILL');
      await program.exited;
    },
  };
}

/** Longer than anything here takes: what does not end by then hangs. */
const LIMIT_MILLISECONDS = 180_000;

/**
 * Runs a program to its end and returns what it printed, which is JSON.
 *
 * @param command what runs it. Default: this Node
 * @throws when it fails, or does not end within three minutes
 */
export async function resultOf<Result>(
  file: URL,
  args: readonly string[],
  command: readonly [string, ...string[]] = [process.execPath],
): Promise<Result> {
  const [name, ...first] = command;
  const program = run(name, [...first, fileURLToPath(file), ...args]);
  const kill = setTimeout(() => program.signal('SIGKILL'), LIMIT_MILLISECONDS);
  const status = await program.exited;
  clearTimeout(kill);
  if (status === 0) return JSON.parse(program.stdout()) as Result;
  throw new Error(
    `${file.pathname} ${args.join(' ')} ended with ${status ?? 'SIGKILL'}: ${program.stdout()}${program.stderr()}`,
  );
}
