import { describe } from 'vitest';
import type { TestRuntime } from '../runtimes/runtime.ts';
import { routing } from './routing.ts';
import { walkThrough } from './walk-through.ts';

/** One behaviour suite for every runtime: each part is one promise of the gateway. */
export function behaviour(runtime: TestRuntime): void {
  describe(`on ${runtime.name}`, () => {
    describe('the walk-through', () => walkThrough(runtime));
    describe('routing', () => routing(runtime));
  });
}
