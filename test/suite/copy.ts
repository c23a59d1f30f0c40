import { describe } from 'vitest';
import type { TestRuntime } from '../runtimes/runtime.ts';
import { stage as set } from '../support/stage.ts';
import { responses } from './copy/responses.ts';
import { bodies } from './copy/bodies.ts';
import { conditions } from './copy/conditions.ts';
import { endings } from './copy/endings.ts';
import { fidelity } from './copy/fidelity.ts';
import { shape } from './copy/shape.ts';

/** When there is a copy, and what it contains. */
export function copy(runtime: TestRuntime): void {
  const stage = set(runtime);
  describe('equals the primary', () => fidelity(runtime, stage));
  describe('has the body', () => bodies(stage));
  describe('differs as configured', () => shape(runtime, stage));
  describe('is made once or not at all', () => conditions(runtime, stage));
  describe("and the mirror's response", () => responses(runtime, stage));
  describe('does not depend on how the primary ends', () => endings(runtime, stage));
}
