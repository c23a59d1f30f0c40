import type { Part } from './part.ts';
import { Admin } from './units/admin.ts';
import { Documents } from './units/documents.ts';
import { Matching } from './units/matching.ts';
import { Routines } from './units/routines.ts';
import { Streams } from './units/streams.ts';
import { Vars } from './units/vars.ts';
import { Requests } from './wire/requests.ts';
import { Responses } from './wire/responses.ts';
import type { Stage } from './wire/stage.ts';

/** Parts that use sockets; they take turns on one gateway. */
export function socketParts(stage: Stage): readonly Part[] {
  return [new Requests(stage), new Responses(stage)];
}

/**
 * Parts that call our code directly.
 *
 * @param limit milliseconds that no input may exceed
 */
export function unitParts(limit: number): readonly Part[] {
  return [
    new Streams(),
    new Documents(),
    new Admin(),
    new Vars(limit),
    new Matching(limit),
    new Routines(limit),
  ];
}
