import { describe, expect, it, vi } from 'vitest';
import { KINDS } from '../../../bench/floods/kinds.ts';
import { FrameWatch, PREFACE_BYTES } from '../../../src/http2/frame-watch.ts';

/** Those that are found out by what we respond, or send no more than anybody may. */
const NOT_BY_FRAMES = [
  'requests to be reset',
  'heads of 100 KB in 100 bytes',
  'heads of 50 KB in 400 bytes',
  'heads of 30 KB in 250 bytes',
  'DATA of one byte',
  'connections',
];

/** What may never be sent. */
const NEVER = ['heads of 32 MB in 8 KB'];

const watch = () =>
  new FrameWatch({
    maxHeadBytes: 65_536,
    maxFields: 400,
    maxFieldBytes: 131_072,
    prefaceBytes: PREFACE_BYTES,
    resetCost: 5,
  });

describe.each(KINDS)('a flood of $name', ({ name, beyond, below }) => {
  it('stays below the limits on half of its connections, and goes beyond them on the others', () => {
    // No credit grows meanwhile.
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    expect(watch().read(Buffer.from(below))).toBe(!NEVER.includes(name));
    expect(watch().read(Buffer.from(beyond))).toBe(NOT_BY_FRAMES.includes(name));
    now.mockRestore();
  });
});
