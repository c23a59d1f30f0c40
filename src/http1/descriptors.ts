import { closeSync, openSync, readFileSync } from 'node:fs';
import { isShortage } from '../http/transport.ts';

/**
 * Descriptors that are not shared out: the runtime's own (9 on Bun, 21 on Node, 25 on Deno), DNS look-ups, the routes
 * file, output.
 */
const OWN_DESCRIPTORS = 48;

/** Most connections at a time that are open only to get a 503. Fewer if descriptors are scarce. */
const MAX_TURNED_AWAY = 100;

/** The descriptor limit that most systems set: assumed where the limit is not known. */
export const USUAL_LIMIT = 1024;

/** Most sockets of each kind, such that the process never runs out of descriptors. */
export interface Shares {
  /** Connections of clients, of upstreams and of mirrors: this many each. */
  readonly each: number;
  /** Connections of clients that get a 503 because all others are busy. */
  readonly turnedAway: number;
}

/**
 * Divides descriptors among clients, upstreams and mirrors.
 *
 * @param descriptors limit of the process; may be `Infinity`
 * @param accepted most connections that the runtime accepts in a row, before any of them can be closed
 */
export function shareOut(descriptors: number, accepted: number): Shares {
  const left = Math.max(0, descriptors - OWN_DESCRIPTORS - accepted);
  const turnedAway = Math.min(MAX_TURNED_AWAY, 1 + Math.floor(left / 8));
  return { each: Math.max(1, Math.floor((left - turnedAway) / 3)), turnedAway };
}

/** The inverse of `shareOut`: the descriptors needed so that clients, upstreams and mirrors get `each` sockets each. */
export function descriptorsFor(each: number, accepted: number): number {
  return OWN_DESCRIPTORS + accepted + MAX_TURNED_AWAY + 3 * each;
}

/** This process's limit on open files and sockets, as Linux reports it; `Infinity` on other systems. */
export function descriptorLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'latin1');
    // "unlimited" does not match.
    return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Infinity);
  } catch {
    return Infinity;
  }
}

/**
 * The descriptors that this process can still open, found by opening files until that fails; 10 to 20 us for each. For
 * Deno, which lets only processes with all permissions read `/proc/self/limits`, and whose server never accepts again
 * once a descriptor was missing.
 *
 * @param needed stop here: with this many the limit does not matter
 * @returns `Infinity` if `needed` files could be opened
 */
export function openableDescriptors(needed: number): number {
  const open: number[] = [];
  try {
    while (open.length < needed) open.push(openSync('/dev/null', 'r'));
    return Infinity;
  } catch (error) {
    const { code } = error as { code?: unknown };
    // Windows has no /dev/null, and no such limit either.
    return code === 'EMFILE' || code === 'ENFILE' ? open.length : Infinity;
  } finally {
    for (const descriptor of open) closeSync(descriptor);
  }
}

/**
 * The error of opening a file now, if descriptors or memory have run out; else `null`. For Bun, which reports a
 * connection that it has no descriptor for as refused.
 */
export function descriptorShortage(): unknown {
  try {
    closeSync(openSync('/dev/null', 'r'));
    return null;
  } catch (error) {
    return isShortage(error) ? error : null;
  }
}
