import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { GatewayProcess, RuntimeName, StartOptions } from '../../test/runtimes/runtime.ts';
import { freePort } from '../../test/support/ports.ts';
import { members, residentBytes } from './group.ts';

/** Memory in use by a gateway, measured by the best means of its runtime. */
export interface LiveMemory {
  /** What is measured, for the report. */
  readonly what: string;
  /** Options that the gateway must be started with. */
  readonly start: Pick<StartOptions, 'env' | 'flags'>;
  /** Current memory in bytes. */
  read(gateway: GatewayProcess): Promise<number>;
  close(): void;
}

const ALIVE = 'heap and array buffers after a collection';

/** How to measure memory on each runtime. Where none reports live memory, garbage counts, too. */
const MEANS: Readonly<Record<RuntimeName, () => LiveMemory | Promise<LiveMemory>>> = {
  node: () => probed('node-probe.mjs', (probe) => ({ NODE_OPTIONS: `--import ${probe.href}` })),
  deno: probedByPort,
  bun: () => probed('bun-probe.mjs', ({ pathname }) => ({ BUN_OPTIONS: `--preload ${pathname}` })),
  workers: () => resident('resident memory of workerd', 'workerd'),
};

export async function liveMemory(runtime: RuntimeName): Promise<LiveMemory> {
  return MEANS[runtime]();
}

/** Live memory, reported by a program that is loaded into the gateway's process. */
function probed(program: string, load: (probe: URL) => Record<string, string>): LiveMemory {
  const folder = mkdtempSync(join(tmpdir(), 'bench-probe-'));
  const path = join(folder, 'socket');
  return {
    what: ALIVE,
    start: { env: { ...load(new URL(program, import.meta.url)), PROBE_SOCKET: path } },
    read: async () => Number(await text(connect(path))),
    close: () => rmSync(folder, { recursive: true }),
  };
}

/** Like `probed`, but on a port: on Deno, a Unix socket would need permissions that the gateway does not have. */
async function probedByPort(): Promise<LiveMemory> {
  const port = await freePort();
  const probe = new URL(`deno-probe.mjs?port=${port}`, import.meta.url);
  return {
    what: ALIVE,
    start: { env: { DENO_V8_FLAGS: '--expose-gc' }, flags: ['--preload', probe.href] },
    read: async () => Number(await text(connect(port, '127.0.0.1'))),
    close: () => {},
  };
}

function resident(what: string, name?: string): LiveMemory {
  return {
    what,
    start: {},
    read: async ({ program }) => residentBytes(members(program.child.pid!, name)),
    close: () => {},
  };
}
