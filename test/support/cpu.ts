import { readdirSync, readFileSync } from 'node:fs';
import type { Program } from './process.ts';

/** Milliseconds in a tick of the figures in /proc. */
const TICK = 10;

/**
 * Milliseconds of processor time that a program and what it started have used, as Linux tells. What else
 * the machine does makes a program slower and changes this little.
 */
export function processorTime({ child }: Program): number {
  return TICK * familyOf(child.pid!).reduce((sum, pid) => sum + ticksOf(pid), 0);
}

function familyOf(group: number): number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.map(Number).filter((pid) => Number(statOf(pid)[2]) === group);
}

function ticksOf(pid: number): number {
  const fields = statOf(pid);
  return Number(fields[11]) + Number(fields[12]);
}

/** From the third field on: the name before may hold spaces. */
function statOf(pid: number): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    // Gone meanwhile.
    return Array.from({ length: 13 }, () => '0');
  }
}
