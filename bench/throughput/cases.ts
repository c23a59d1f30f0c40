import { LARGE_BODY, SMALL_BODY } from '../origins/nginx-origin.ts';

const KIB = 1024;

/** A request and its response. */
export interface Case {
  readonly title: string;
  /** Bytes of the body of a POST; 0: a GET. */
  readonly body: number;
  /** The end of the target, which selects the upstream's response, and the length of that response in bytes. */
  readonly target: string;
  readonly responseBytes: number;
}

const small = { target: 'small', responseBytes: SMALL_BODY.length };
const upload = { target: 'upload', responseBytes: SMALL_BODY.length };

/** The largest POST equals the default limit for a copied body (`max_body_size`). */
export const CASES = {
  get: { title: 'GET', body: 0, ...small },
  post: { title: 'POST 16 KiB', body: 16 * KIB, ...upload },
  'get-1m': { title: 'GET 1 MiB', body: 0, target: 'large', responseBytes: LARGE_BODY },
  'post-1m': { title: 'POST 1 MiB', body: KIB * KIB, ...upload },
} as const satisfies Record<string, Case>;

export type CaseName = keyof typeof CASES;

/** The first segment of a path: a route without a mirror, with one, and with one that stalls. */
export const MODES = ['plain', 'mirrored', 'stalled'] as const;
export type Mode = (typeof MODES)[number];

/** Name of a subject's requests per second in `Figures`. */
export function rateOf(name: CaseName, mode: Mode, subject: string): string {
  return `rate ${name} ${mode} ${subject}`;
}

/** Name of the share of requests that were copied by the end of a turn. */
export function copiedOf(name: CaseName, mode: Mode, subject: string): string {
  return `copied ${name} ${mode} ${subject}`;
}
