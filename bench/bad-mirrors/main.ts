import { badOrigin } from '../../test/support/bad-origin.ts';
import { takeLowestPriority } from '../machine/low-priority.mjs';
import { KINDS } from './kinds.ts';

/**
 * Bad mirrors, in a process with the lowest priority: they stand for another machine, and must not slow down upstream
 * and load generator on the core that they share. Runs until it is killed.
 */
export async function main(): Promise<boolean> {
  takeLowestPriority();
  const listening = Object.entries(KINDS).map(async ([kind, misbehave]) => ({
    kind,
    url: (await badOrigin(misbehave)).url,
  }));
  console.log(`mirrors ${JSON.stringify(await Promise.all(listening))}`);
  return new Promise(() => {});
}
