import { describe, expect, it } from 'vitest';
import { SentErrors } from '../../../src/http2/sent-errors.ts';
import { CODE, FRAME, frame, word } from '../../support/http2-frames.ts';
import { cut } from '../http1/pieces.ts';

const reset = (code: number) => frame(FRAME.RST_STREAM, 0, 1, word(code));
const goaway = (code: number, reason = '') =>
  frame(FRAME.GOAWAY, 0, 0, Buffer.concat([word(1), word(code), Buffer.from(reason)]));

/** A payload that would be a RST_STREAM, if it were read as a frame. */
const DATA = frame(FRAME.DATA, 0, 1, reset(CODE.CANCEL));

describe('SentErrors', () => {
  it.each([1, 2, 5, 12, 1000])('finds each code, in pieces of %i bytes', (size) => {
    const found: [what: string, code: number][] = [];
    const errors = new SentErrors(
      {
        onReset: (code) => found.push(['reset', code]),
        onGoaway: (code) => found.push(['goaway', code]),
      },
      5,
    );
    const sent = [
      Buffer.from('first'),
      DATA,
      reset(CODE.PROTOCOL_ERROR),
      frame(FRAME.SETTINGS, 0, 0),
      goaway(CODE.NO_ERROR),
      reset(CODE.ENHANCE_YOUR_CALM),
      DATA,
      goaway(CODE.INTERNAL_ERROR, 'of which a reason follows'),
      goaway(CODE.PROTOCOL_ERROR),
      DATA,
      reset(CODE.CANCEL),
    ];
    for (const piece of cut(Buffer.concat(sent).toString('latin1'), size))
      errors.read(Buffer.from(piece, 'latin1'));
    expect(found).toEqual([
      ['reset', CODE.PROTOCOL_ERROR],
      ['goaway', CODE.NO_ERROR],
      ['reset', CODE.ENHANCE_YOUR_CALM],
      ['goaway', CODE.INTERNAL_ERROR],
      ['goaway', CODE.PROTOCOL_ERROR],
      ['reset', CODE.CANCEL],
    ]);
  });
});
