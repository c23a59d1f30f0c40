import type { RuntimeName } from '../../test/runtimes/runtime.ts';

/** A figure before most of a soak, and after it. */
export interface Change {
  readonly before: number;
  readonly after: number;
}

const MIB = 1024 * 1024;

/**
 * Bytes by which memory may grow after the first fifth. Servers report live memory. workerd does not, and its
 * resident memory grows without limit even for a Worker of one line: locally nothing makes it collect garbage.
 */
const GROWTH: Readonly<Record<RuntimeName, number>> = {
  node: 8 * MIB,
  deno: 8 * MIB,
  bun: 8 * MIB,
  workers: Infinity,
};

/** Sockets that may be left over: of the runtime itself, or of a request for metrics. */
const SPARE_SOCKETS = 4;

export function memoryFaults(name: RuntimeName, { before, after }: Change): string[] {
  if (after - before <= GROWTH[name]) return [];
  return [`memory grew by ${after - before} bytes: expected at most ${GROWTH[name]}`];
}

export function socketFaults({ before, after }: Change): string[] {
  if (after <= before + SPARE_SOCKETS) return [];
  return [`${after} sockets are open: expected at most ${before + SPARE_SOCKETS}`];
}
