import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { GatewayProcess, RuntimeName } from '../../test/runtimes/runtime.ts';
import { members, residentBytes } from './group.ts';

/** Memory that a gateway holds, by the best means that its runtime has. */
export interface LiveMemory {
  /** What is measured. */
  readonly what: string;
  /** To be added to the gateway's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Bytes, now. */
  read(gateway: GatewayProcess): Promise<number>;
  close(): void;
}

/** How to tell memory on each runtime. Only Node can say what is alive; elsewhere garbage counts, too. */
const MEANS: Readonly<Record<RuntimeName, () => LiveMemory>> = {
  node: probed,
  deno: () => resident('resident memory'),
  bun: () => resident('resident memory'),
  workers: () => resident('resident memory of workerd', 'workerd'),
};

export function liveMemory(runtime: RuntimeName): LiveMemory {
  return MEANS[runtime]();
}

function probed(): LiveMemory {
  const folder = mkdtempSync(join(tmpdir(), 'bench-probe-'));
  const path = join(folder, 'socket');
  const probe = new URL('node-probe.mjs', import.meta.url).href;
  return {
    what: 'heap and array buffers after a collection',
    env: { NODE_OPTIONS: `--import ${probe}`, PROBE_SOCKET: path },
    read: async () => Number(await text(connect(path))),
    close: () => rmSync(folder, { recursive: true }),
  };
}

function resident(what: string, name?: string): LiveMemory {
  return {
    what,
    env: {},
    read: async ({ program }) => residentBytes(members(program.child.pid!, name)),
    close: () => {},
  };
}
