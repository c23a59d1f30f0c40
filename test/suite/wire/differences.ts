import { compareFields } from './compare-fields.ts';
import { comparison, type Difference, type Side, type What } from './difference.ts';
import type { Message } from './message.ts';
import type { Pair } from './observe.ts';

/** All differences that the gateway made. */
export function differences({ direct, through }: Pair): readonly Difference[] {
  const { found, compare } = comparison('client');
  compare('interim', direct.got.interim, through.got.interim);
  compare('end', [direct.got.end], [through.got.end]);
  return [
    ...compareMessages('upstream', direct.request, through.request, REQUEST_LINE),
    ...compareMessages('client', direct.got.message, through.got.message, STATUS_LINE),
    ...found,
  ];
}

/** The parts of a first line, between its first two spaces. */
type LineParts = readonly [What, What, What];

const REQUEST_LINE: LineParts = ['method', 'target', 'version'];
const STATUS_LINE: LineParts = ['version', 'status', 'reason'];

/** A response with another status is another response: nothing else in it is comparable. */
function statusOf({ line }: Message): string | undefined {
  return /^HTTP\S+ (\d+)/.exec(line)?.[1];
}

function compareMessages(
  side: Side,
  direct: Message | null,
  through: Message | null,
  parts: LineParts,
): readonly Difference[] {
  const { found, compare } = comparison(side);
  if (direct === null || through === null || statusOf(direct) !== statusOf(through)) {
    const line = (message: Message | null) => (message === null ? [] : [message.line]);
    compare('message', line(direct), line(through));
    return found;
  }
  const [before, after] = [lineParts(direct), lineParts(through)];
  parts.forEach((what, i) => compare(what, [before[i]!], [after[i]!]));
  compare('body', [direct.body], [through.body]);
  compare('trailers', direct.trailers, through.trailers);
  return [...found, ...compareFields(side, direct, through)];
}

function lineParts({ line }: Message): readonly string[] {
  const [, first, second = '', third = ''] = /^([^ ]*) ?([^ ]*) ?(.*)$/.exec(line)!;
  return [first!, second, third];
}
