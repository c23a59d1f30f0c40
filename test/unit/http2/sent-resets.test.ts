import { describe, expect, it } from 'vitest';
import { SentResets } from '../../../src/http2/sent-resets.ts';
import { CODE, FRAME, frame, word } from '../../support/http2-frames.ts';
import { cut } from '../http1/pieces.ts';

const reset = (code: number) => frame(FRAME.RST_STREAM, 0, 1, word(code));

/** A payload that would be a RST_STREAM, if it were read as a frame. */
const DATA = frame(FRAME.DATA, 0, 1, reset(CODE.CANCEL));

describe('SentResets', () => {
  it.each([1, 2, 5, 12, 1000])('finds each code, in pieces of %i bytes', (size) => {
    const found: number[] = [];
    const resets = new SentResets((code) => found.push(code), 5);
    const sent = [
      Buffer.from('first'),
      DATA,
      reset(CODE.PROTOCOL_ERROR),
      frame(FRAME.SETTINGS, 0, 0),
      reset(CODE.ENHANCE_YOUR_CALM),
      DATA,
    ];
    for (const piece of cut(Buffer.concat(sent).toString('latin1'), size))
      resets.read(Buffer.from(piece, 'latin1'));
    expect(found).toEqual([CODE.PROTOCOL_ERROR, CODE.ENHANCE_YOUR_CALM]);
  });
});
