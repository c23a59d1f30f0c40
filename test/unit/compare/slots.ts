import { onTestFinished, vi } from 'vitest';

/** Counts the slots of all arrays of integers that are made from now on, until the test has ended. */
export function countSlots(): () => number {
  let slots = 0;
  const counted = class extends Int32Array {
    constructor(length: number) {
      super(length);
      slots += length;
    }
  };
  vi.stubGlobal('Int32Array', counted);
  onTestFinished(() => void vi.unstubAllGlobals());
  return () => slots;
}
