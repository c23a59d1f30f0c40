/**
 * Runs command lines one after another, as `cli/main.ts` runs that of its process. Each line of the input is one, as JSON
 * with `args` and `env`; each line of the output is what came of it, as JSON with `status`, `stdout` and `stderr`.
 */
import process from 'node:process';
import { createInterface } from 'node:readline';
import { format } from 'node:util';
import { runtime } from '#runtime';

// Deno runs the sources; `#runtime` must come from the same modules.
const isDeno = 'Deno' in globalThis;
/** @type {typeof import('../../src/cli/run.ts')} */
const { runCommandLine } = await import(isDeno ? '../../src/cli/run.ts' : '../../dist/cli/run.js');
/** @type {typeof import('../../src/cli/commands.ts')} */
const { COMMANDS } = await import(
  isDeno ? '../../src/cli/commands.ts' : '../../dist/cli/commands.js'
);

class Exit extends Error {
  /** @param {number} status */
  constructor(status) {
    super(`exit with ${status}`);
    this.status = status;
  }
}

const { log, error } = console;
const { exit } = process;

/** @param {{ args: string[], env: Record<string, string> }} call */
async function ran({ args, env }) {
  const printed = { stdout: '', stderr: '' };
  console.log = (...values) => void (printed.stdout += `${format(...values)}\n`);
  console.error = (...values) => void (printed.stderr += `${format(...values)}\n`);
  process.exit = (status) => {
    throw new Exit(Number(status));
  };
  process.exitCode = 0;
  Object.assign(process.env, env);
  try {
    await runCommandLine(args, { commands: COMMANDS, runtime: async () => runtime() });
    return { status: Number(process.exitCode), ...printed };
  } catch (thrown) {
    if (!(thrown instanceof Exit)) throw thrown;
    return { status: thrown.status, ...printed };
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(console, { log, error });
    process.exit = exit;
    process.exitCode = 0;
  }
}

for await (const line of createInterface({ input: process.stdin }))
  console.log(JSON.stringify(await ran(JSON.parse(line))));
