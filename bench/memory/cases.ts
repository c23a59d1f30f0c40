import type { RuntimeName } from '../../test/runtimes/runtime.ts';

export const MIB = 1024 * 1024;

/** Chunked uploads that start at the same time. */
export interface Uploads {
  readonly name: string;
  readonly count: number;
  readonly bytes: number;
}

/** A mirror that never reads, and how much memory it may cost. */
export interface MirrorCase {
  readonly name: string;
  readonly plugin: object;
  /** Bytes by which memory may exceed that of the same upload without a mirror. */
  readonly growth: number;
}

/** The default of MIRROR_MEMORY, set explicitly so that the limit below always matches it. */
export const MIRROR_MEMORY = 64 * MIB;

/** The uploads for a runtime. workerd resets 64 concurrent chunked uploads even for a Worker of one line. */
export function uploadsOn(runtime: RuntimeName): readonly Uploads[] {
  const many = runtime === 'workers' ? 8 : 64;
  return [
    { name: '1 x 400 MB', count: 1, bytes: 400_000_000 },
    { name: `${many} x 20 MB`, count: many, bytes: 20_000_000 },
  ];
}

const NOISE = 32 * MIB;

/** With the defaults such bodies are not recorded; with the other setting some are, up to MIRROR_MEMORY. */
export const MIRRORS: readonly MirrorCase[] = [
  { name: 'default limits', plugin: {}, growth: NOISE },
  {
    name: 'max_body_size 32 MiB',
    plugin: { max_body_size: 32 * MIB },
    growth: MIRROR_MEMORY + NOISE,
  },
];

/** The longest time of an upload, as a multiple of the time without a mirror. */
export const SLOWEST = 1.1;
