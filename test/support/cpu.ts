import { readdirSync, readFileSync } from 'node:fs';
import type { Program } from './process.ts';

/** Milliseconds of one tick in /proc. */
const TICK_MS = 10;

/**
 * Milliseconds of processor time that a program and its children have used, from /proc. Other work on the machine
 * slows a program down, but hardly changes this figure.
 */
export function processorTime({ child }: Program): number {
  return TICK_MS * familyOf(child.pid!).reduce((sum, pid) => sum + ticksOf(pid), 0);
}

/** How nice the threads of a program and its children are: 0 is usual, and 19 the lowest priority of Linux. */
export function niceness({ child }: Program): number[] {
  return familyOf(child.pid!).flatMap((pid) =>
    readdirSync(`/proc/${pid}/task`).map((thread) => Number(statOf(`${pid}/task/${thread}`)[16])),
  );
}

function familyOf(group: number): number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.map(Number).filter((pid) => Number(statOf(pid)[2]) === group);
}

function ticksOf(pid: number): number {
  const fields = statOf(pid);
  return Number(fields[11]) + Number(fields[12]);
}

/** From the third field on: the name before it may contain spaces. */
function statOf(pid: number | string): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    // The process has exited meanwhile.
    return Array.from({ length: 17 }, () => '0');
  }
}
