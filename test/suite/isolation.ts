import { describe } from 'vitest';
import type { TestServerRuntime } from '../runtimes/runtime.ts';
import { descriptors } from './isolation/descriptors.ts';
import { eventLoop } from './isolation/loop.ts';
import { output } from './isolation/output.ts';

/** Nothing that a mirror can use up is the primary's: a part for each resource that both need. */
export function isolation(runtime: TestServerRuntime): void {
  describe('descriptors', () => descriptors(runtime));
  describe('the event loop', () => eventLoop(runtime));
  describe('a log', () => output(runtime));
}
