import { basename, dirname } from 'node:path';
import type { StoreFault, StorePlace } from '../error.ts';

/** @param path absolute */
export function placeOf(path: string): StorePlace {
  return { where: basename(path), file: path };
}

/** `errorCode` of Deno's error where a permission is missing. */
export const NOT_PERMITTED = 'NotCapable';

/** The fault of a process on Deno that may not read the file at `path`, or write beside it. */
export function notPermitted(path: string, target: string, access: 'read' | 'write'): StoreFault {
  const flag = `--allow-${access}`;
  const expected = `Deno's permission to ${access} in the folder`;
  return {
    ...placeOf(path),
    expected,
    found: 'none',
    remedy: `start deno with ${flag} for the folder, which the log names`,
    faults: [`expected ${expected}, found none; start deno with ${flag}=${dirname(target)}`],
  };
}
