import { writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

const LOWEST = constants.priority.PRIORITY_LOW;

/** Makes this process take a core only while no other program of the benchmark wants it. */
export function takeLowestPriority() {
  setPriority(LOWEST);
  try {
    // Each of our programs has a session of its own, and between sessions Linux may only look at this (sched(7)).
    writeFileSync('/proc/self/autogroup', String(LOWEST));
  } catch {
    // There is no such thing here.
  }
}
