import { readFileSync } from 'node:fs';

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
