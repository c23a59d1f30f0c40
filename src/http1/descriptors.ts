import { closeSync, openSync, readFileSync } from 'node:fs';
import { isShortage } from '../http/transport.ts';

/**
 * Descriptors that are nobody's share: the runtime's own (9 on Bun, 21 on Node, 25 on Deno), look-ups of
 * names, the routes file, output.
 */
const OWN_DESCRIPTORS = 48;

/** Clients that are told to come back later, at once, where there is no want of descriptors. */
const MOST_TURNED_AWAY = 100;

/** What most systems give a process: taken for the limit where nobody tells. */
export const USUAL_LIMIT = 1024;

/** Who may have how many sockets at once, so that a process never runs out of descriptors. */
export interface Shares {
  /** Clients, upstreams and mirrors, each. */
  readonly each: number;
  /** Clients that are told to come back later. */
  readonly turnedAway: number;
}

/**
 * Shares descriptors out.
 *
 * @param accepted connections that the runtime accepts at once, before any can be closed
 */
export function shareOut(descriptors: number, accepted: number): Shares {
  const left = Math.max(0, descriptors - OWN_DESCRIPTORS - accepted);
  const turnedAway = Math.min(MOST_TURNED_AWAY, 1 + Math.floor(left / 8));
  return { each: Math.max(1, Math.floor((left - turnedAway) / 3)), turnedAway };
}

/** The other way round: the descriptors of which each gets so many. */
export function descriptorsFor(each: number, accepted: number): number {
  return OWN_DESCRIPTORS + accepted + MOST_TURNED_AWAY + 3 * each;
}

/** How many files and sockets this process may have open, where Linux tells; else `Infinity`. */
export function descriptorLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'latin1');
    // "unlimited" is no number.
    return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Infinity);
  } catch {
    return Infinity;
  }
}

/**
 * The same, found by opening files until no more can be: for Deno, which lets nobody read that without all
 * permissions, and whose server never accepts again once a descriptor was missing. 10 to 20 us for each.
 *
 * @param needed where to stop: more are as good as no limit
 */
export function openableDescriptors(needed: number): number {
  const open: number[] = [];
  try {
    while (open.length < needed) open.push(openSync('/dev/null', 'r'));
    return Infinity;
  } catch (error) {
    const { code } = error as { code?: unknown };
    // Where there is no such file, on Windows, there is no such limit either.
    return code === 'EMFILE' || code === 'ENFILE' ? open.length : Infinity;
  } finally {
    for (const descriptor of open) closeSync(descriptor);
  }
}

/**
 * What it fails with to open a file now, if that is for want of descriptors; else `null`. For Bun, to which
 * a connection that it has none for is one that was refused.
 */
export function descriptorShortage(): unknown {
  try {
    closeSync(openSync('/dev/null', 'r'));
    return null;
  } catch (error) {
    return isShortage(error) ? error : null;
  }
}
