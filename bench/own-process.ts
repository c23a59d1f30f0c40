import { fileURLToPath } from 'node:url';
import { line, type Program, run } from '../test/support/process.ts';

/** A server around the gateway with its own process. */
export interface OwnProcess {
  readonly port: number;
  readonly url: string;
  readonly program: Program;
  stop(): Promise<void>;
}

/** Starts a server that prints `port <number>` once it listens. */
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

/** Longer than any program here takes: a program that has not ended by then hangs. */
const LIMIT_MS = 180_000;

/**
 * Runs a program to its end and returns its output, which is JSON.
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
  const kill = setTimeout(() => program.signal('SIGKILL'), LIMIT_MS);
  const status = await program.exited;
  clearTimeout(kill);
  if (status === 0) return JSON.parse(program.stdout()) as Result;
  throw new Error(
    `${file.pathname} ${args.join(' ')} ended with ${status ?? 'SIGKILL'}: ${program.stdout()}${program.stderr()}`,
  );
}
