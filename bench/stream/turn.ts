import type { TestRuntime } from '../../test/runtimes/runtime.ts';
import { route } from '../../test/support/origin.ts';
import { type Peak, peakDuring } from '../machine/peak.ts';
import type { Pinning } from '../machine/pin.ts';
import type { DeafMirror } from '../memory/deaf-mirror.ts';
import { type OwnProcess, resultOf } from '../own-process.ts';

/** The direction of a body; the reader at its end pauses now and then. */
export type Direction = 'download' | 'upload';

export interface Turn {
  readonly runtime: TestRuntime;
  readonly pinned: Pinning;
  readonly origin: OwnProcess;
  readonly mirror: DeafMirror | null;
  readonly direction: Direction;
  readonly bytes: number;
}

export interface Passed {
  readonly seconds: number;
  /** Differences between the bytes sent and received. */
  readonly wrong: readonly string[];
}

const CLIENT = new URL('client.mjs', import.meta.url);

/** Milliseconds between two samples: a collection stops the gateway, which needs time to run as well. */
const BETWEEN_MS = 20;

/** Sends one large body through a new gateway. */
export function streamTurn(turn: Turn): Promise<Peak<Passed>> {
  const { runtime, pinned, origin, mirror, direction, bytes } = turn;
  const node = `127.0.0.1:${origin.port}`;
  return peakDuring(
    { runtime, pinned, route: { id: 'stream', ...route({ node }, mirror) } },
    ({ url }) => resultOf<Passed>(CLIENT, [url, direction, String(bytes)]),
    () => new Promise((resolve) => setTimeout(resolve, BETWEEN_MS)),
  );
}
