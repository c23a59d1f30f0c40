import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Program } from '../../test/support/process.ts';
import { members } from './group.ts';
import { isInstalled } from './programs.ts';

/** Keeps the gateway on one core and all other programs on another, so that neither slows down the other. */
export interface Pinning {
  readonly description: string;
  /** The core of all other programs; `null` when nothing is pinned. */
  readonly othersCore: number | null;
  /** Moves a gateway, with all of its processes and threads, to its own core. */
  gateway(program: Program): void;
}

const GATEWAY_CORE = 0;
const OTHERS_CORE = 1;

/** Moves this process to the core of the others; programs that it starts from now on run there, too. */
export function pinning(): Pinning {
  const missing = !isInstalled('taskset')
    ? 'taskset is not installed'
    : availableParallelism() < 2
      ? 'this machine has one core'
      : null;
  if (missing !== null)
    return {
      description: `unpinned (${missing}): expect noise`,
      othersCore: null,
      gateway: () => {},
    };
  move(process.pid, OTHERS_CORE);
  return {
    description: `gateway on core ${GATEWAY_CORE}, everything else on core ${OTHERS_CORE}`,
    othersCore: OTHERS_CORE,
    gateway: ({ child }) =>
      members(child.pid!).forEach(({ pid }) => {
        try {
          move(pid, GATEWAY_CORE);
        } catch (error) {
          // A short-lived process of a launcher may have exited already.
          if (existsSync(`/proc/${pid}`)) throw error;
        }
      }),
  };
}

function move(pid: number, core: number): void {
  execFileSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' });
}
