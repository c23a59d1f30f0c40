import { readFileSync } from 'node:fs';

/** Unit of the times in /proc/stat and /proc/PID/stat, in hertz. */
const TICKS_PER_SECOND = 100;

/** Seconds that a core has been busy since the machine started, for all processes and interrupts. */
export function workedSeconds(core: number): number {
  const line = new RegExp(`^cpu${core} (.*)$`, 'm').exec(readFileSync('/proc/stat', 'utf8'))?.[1];
  if (line === undefined)
    throw new Error(`/proc/stat: expected a line of core ${core}, found none`);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line
    .split(' ')
    .map(Number);
  return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND;
}
