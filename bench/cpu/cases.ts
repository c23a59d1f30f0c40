/** A request to a gateway: a body of so many bytes, on a route with or without a mirror. */
export interface Case {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
}

const KIB = 1024;

export const CASES: readonly Case[] = [
  { name: 'GET plain', path: '/plain', bytes: 0 },
  { name: 'GET mirrored', path: '/mirrored', bytes: 0 },
  { name: 'POST 16 KiB plain', path: '/plain', bytes: 16 * KIB },
  { name: 'POST 16 KiB mirrored', path: '/mirrored', bytes: 16 * KIB },
];
