import type { Draw } from '../draw.ts';
import { BYTES, type Mutation } from './bytes.ts';
import { LINES } from './lines.ts';
import { MESSAGE, REQUEST, RESPONSE } from './message.ts';

/** Longer messages take longer and find no more. */
const MAX_BYTES = 48 * 1024;

/** Possible mutations, by the kind of message. Structure is changed more often than single bytes. */
const MUTATIONS: Readonly<Record<'request' | 'response', readonly Mutation[]>> = {
  request: [...BYTES, ...LINES, ...MESSAGE, ...MESSAGE, ...REQUEST, ...REQUEST],
  response: [...BYTES, ...LINES, ...MESSAGE, ...MESSAGE, ...RESPONSE],
};

/** One message in six stays unchanged: valid input must stay valid. */
export function mutated(text: string, what: keyof typeof MUTATIONS, draw: Draw): string {
  let changed = text;
  for (let left = draw.chance(1 / 6) ? 0 : draw.few(1, 4); left > 0; left--) {
    changed = draw.pick(MUTATIONS[what])(changed, draw);
    if (changed.length > MAX_BYTES) changed = changed.slice(0, MAX_BYTES);
  }
  return changed;
}
