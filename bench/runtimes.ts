import { existsSync } from 'node:fs';
import * as behindFetch from '../test/fetch/runtimes.ts';
import { bun } from '../test/runtimes/bun.ts';
import { deno } from '../test/runtimes/deno.ts';
import { node } from '../test/runtimes/node.ts';
import { runtimeProgram } from '../test/runtimes/paths.ts';
import type { RuntimeName, TestRuntime } from '../test/runtimes/runtime.ts';
import { workers } from '../test/runtimes/workers.ts';

/** Our own stack, and `gateway.fetch` behind other servers, which is measured only when it is named. */
const RUNTIMES: Readonly<Record<string, TestRuntime>> = {
  node,
  deno,
  bun,
  workers,
  'fetch-node': behindFetch.node,
  'fetch-bun': behindFetch.bun,
  'fetch-deno': behindFetch.deno,
};

const DEFAULT: readonly string[] = ['node', 'deno', 'bun', 'workers'];

const INSTALLED: Readonly<Record<RuntimeName, () => boolean>> = {
  node: () => true,
  deno: () => existsSync(runtimeProgram('deno')),
  bun: () => existsSync(runtimeProgram('bun')),
  workers: () => true,
};

/** The runtimes with these names; without names, our own runtimes that are installed. */
export function runtimesNamed(names: readonly string[]): TestRuntime[] {
  const known = Object.keys(RUNTIMES);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`unknown runtime "${unknown[0]}": expected one of ${known.join(', ')}`);
  const wanted = known.filter((name) => (names.length === 0 ? DEFAULT : names).includes(name));
  const missing = wanted.filter((name) => !INSTALLED[RUNTIMES[name]!.name]());
  if (names.length > 0 && missing.length > 0)
    throw new Error(`${missing[0]} is not installed: run npm ci --prefix test/runtimes`);
  return wanted.filter((name) => !missing.includes(name)).map((name) => RUNTIMES[name]!);
}

/** Its name, as a title of figures. */
export function titleOf(runtime: TestRuntime): string {
  return Object.keys(RUNTIMES).find((name) => RUNTIMES[name] === runtime) ?? runtime.name;
}
