import { describe } from 'vitest';
import type { TestServerRuntime } from '../runtimes/runtime.ts';
import { descriptors } from './isolation/descriptors.ts';
import { eventLoop } from './isolation/loop.ts';
import { output } from './isolation/output.ts';
import { priority } from './isolation/priority.ts';

/** No mirror can use up a resource of the primary: one part for each resource that both need. */
export function isolation(runtime: TestServerRuntime): void {
  describe('descriptors', () => descriptors(runtime));
  describe('the event loop', () => eventLoop(runtime));
  describe('a log', () => output(runtime));
  describe('the processor', () => priority(runtime));
}
