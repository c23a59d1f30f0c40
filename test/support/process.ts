import { type ChildProcess, spawn } from 'node:child_process';
import { until } from './until.ts';

/** A program under test, with all its output. */
export interface Program {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves with the exit status, or `null` when a signal ended it. */
  readonly exited: Promise<number | null>;
  signal(name: NodeJS.Signals): void;
}

/** Settings of the gateway that are removed from the environment, so that a developer's shell cannot fail tests. */
const SETTINGS = [
  'PORT',
  'HOST',
  'ROUTES',
  'ADMIN_KEY',
  'ADMIN_PORT',
  'REDACT_KEY',
  'TRUSTED_PROXIES',
  'PROXY_PROTOCOL',
  'MIRROR_MEMORY',
  'SHUTDOWN_DELAY',
  'SHUTDOWN_TIMEOUT',
  'CLIENT_TIMEOUT',
  'MAX_CONNECTIONS',
  'MAX_HEAD_SIZE',
  'TLS_PORT',
  'TLS_CERT',
  'TLS_KEY',
  'WORKERS',
  'ROUTES_TTL',
  'LOG_LEVEL',
  'LOG_FORMAT',
];

/** Running process groups: a process in its own group outlives its parent, and gets no Ctrl-C. */
const running = new Set<number>();
process.on('exit', () => running.forEach((group) => killGroup(group, 'SIGKILL')));

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** `pipe`: the test writes to `child.stdin`. */
  readonly stdin?: 'ignore' | 'pipe';
}

export function run(
  command: string,
  args: readonly string[],
  { env = {}, cwd, stdin = 'ignore' }: RunOptions = {},
): Program {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !SETTINGS.includes(name)),
  );
  // A group of its own: launchers such as wrangler leave children behind when killed alone.
  const child = spawn(command, args, {
    cwd,
    env: { ...inherited, ...env },
    stdio: [stdin, 'pipe', 'pipe'],
    detached: true,
  });
  const group = child.pid!;
  running.add(group);
  let stdout = '';
  let stderr = '';
  let isSignalled = false;
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    // At `close` all output has been read. A child that is left behind may hold the pipes open, hence the timer after
    // `exit`.
    child.once('close', (code) => resolve(code));
    child.once('exit', (code) => setTimeout(() => resolve(code), 2000).unref());
    child.once('exit', () => running.delete(group));
    // What follows in the test fails for another reason, which does not tell that the program is gone.
    child.once('exit', (_, signal) => {
      if (signal !== null && !isSignalled && !child.killed)
        console.error(`${command} (${group}) was ended by ${signal}, not by its test:\n${stderr}`);
    });
  });
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    exited,
    signal(name) {
      isSignalled = true;
      killGroup(group, name);
    },
  };
}

function killGroup(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // The group has exited already.
  }
}

/** Waits for a line on stdout and returns its match. Throws with all output when the program exits without it. */
export async function line(program: Program, pattern: RegExp): Promise<RegExpExecArray> {
  let dead: number | null | undefined;
  void program.exited.then((code) => (dead = code));
  const found = () => pattern.exec(program.stdout());
  await until(() => found() !== null || dead !== undefined, 60_000, `a line like ${pattern}`);
  const match = found();
  if (match !== null) return match;
  throw new Error(
    `exited with ${dead} and no line like ${pattern}:\n${program.stdout()}${program.stderr()}`,
  );
}
