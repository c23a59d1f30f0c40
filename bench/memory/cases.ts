import type { RuntimeName } from '../../test/runtimes/runtime.ts';

export const MIB = 1024 * 1024;

/** Chunked uploads that start at once. */
export interface Uploads {
  readonly name: string;
  readonly count: number;
  readonly bytes: number;
}

/** A mirror that never reads; what it may cost in memory. */
export interface MirrorCase {
  readonly name: string;
  readonly plugin: object;
  /** Bytes by which memory may grow over the same upload without a mirror. */
  readonly growth: number;
}

/** The default of MIRROR_MEMORY, said once more so that the limit below cannot drift from it. */
export const MIRROR_MEMORY = 64 * MIB;

/** What a gateway is given. workerd resets 64 chunked uploads at once for a Worker of one line, too. */
export function uploadsOn(runtime: RuntimeName): readonly Uploads[] {
  const many = runtime === 'workers' ? 8 : 64;
  return [
    { name: '1 x 400 MB', count: 1, bytes: 400_000_000 },
    { name: `${many} x 20 MB`, count: many, bytes: 20_000_000 },
  ];
}

const NOISE = 32 * MIB;

/** With the default nothing is kept of such bodies; with the other some are, up to MIRROR_MEMORY. */
export const MIRRORS: readonly MirrorCase[] = [
  { name: 'default limits', plugin: {}, growth: NOISE },
  {
    name: 'max_body_size 32 MiB',
    plugin: { max_body_size: 32 * MIB },
    growth: MIRROR_MEMORY + NOISE,
  },
];

/** Most time that an upload may take, over the same without a mirror. */
export const SLOWEST = 1.1;
