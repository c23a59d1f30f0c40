import { existsSync } from 'node:fs';
import { bun } from '../test/runtimes/bun.ts';
import { deno } from '../test/runtimes/deno.ts';
import { node } from '../test/runtimes/node.ts';
import { runtimeProgram } from '../test/runtimes/paths.ts';
import type { RuntimeName, TestRuntime } from '../test/runtimes/runtime.ts';
import { workers } from '../test/runtimes/workers.ts';

const RUNTIMES: Readonly<Record<RuntimeName, TestRuntime>> = { node, deno, bun, workers };

const INSTALLED: Readonly<Record<RuntimeName, () => boolean>> = {
  node: () => true,
  deno: () => existsSync(runtimeProgram('deno')),
  bun: () => existsSync(runtimeProgram('bun')),
  workers: () => true,
};

/** The runtimes of these names; of none, all that are installed. */
export function runtimesNamed(names: readonly string[]): TestRuntime[] {
  const known = Object.keys(RUNTIMES) as RuntimeName[];
  const unknown = names.filter((name) => !known.some((one) => one === name));
  if (unknown.length > 0)
    throw new Error(`unknown runtime "${unknown[0]}": expected one of ${known.join(', ')}`);
  const wanted = known.filter((name) => names.length === 0 || names.includes(name));
  const missing = wanted.filter((name) => !INSTALLED[name]());
  if (names.length > 0 && missing.length > 0)
    throw new Error(`${missing[0]} is not installed: run npm ci --prefix test/runtimes`);
  return wanted.filter((name) => !missing.includes(name)).map((name) => RUNTIMES[name]);
}
