import { inOneLine } from '../../../http/quoted.ts';
import type { Element } from '../../view.ts';

/** Longest text of a value that is shown, in characters; previews have about 1,000. */
const MAX_CHARACTERS = 4096;

const IN_NUMBER = /^[\d.]$/;

/** A text in three parts, of which the middle one differs from that of another text. */
export type Parts = readonly [before: string, middle: string, after: string];

/**
 * Splits two texts at what they have in common at their beginnings and ends. Characters and numbers stay whole.
 *
 * @example differing('a1c', 'a22c') // [['a', '1', 'c'], ['a', '22', 'c']]
 * @example differing('200', '500') // [['', '200', ''], ['', '500', '']]
 */
export function differing(one: string, other: string): readonly [Parts, Parts] {
  const [a, b] = [Array.from(one), Array.from(other)];
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start < most && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < most - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const isInNumber = (left: string | undefined, right: string | undefined) =>
    IN_NUMBER.test(left ?? '') && IN_NUMBER.test(right ?? '');
  while (start > 0 && [a, b].some((all) => isInNumber(all[start - 1], all[start]))) start -= 1;
  while (end > 0 && [a, b].some((all) => isInNumber(all.at(-1 - end), all.at(-end)))) end -= 1;
  const parts = (all: readonly string[]): Parts => [
    all.slice(0, start).join(''),
    all.slice(start, all.length - end).join(''),
    all.slice(all.length - end).join(''),
  ];
  return [parts(a), parts(b)];
}

interface Props {
  readonly primary: unknown;
  readonly mirror: unknown;
}

/** Both values as JSON, with what differs between them marked. */
export function Values({ primary, mirror }: Props): Element {
  const texts = [jsonOf(primary), jsonOf(mirror)] as const;
  const [ours, theirs] = differing(texts[0] ?? '', texts[1] ?? '');
  return (
    <div class="values">
      <Value name="Primary" parts={texts[0] === null ? null : ours} />
      <Value name="Mirror" parts={texts[1] === null ? null : theirs} />
    </div>
  );
}

function Value({ name, parts }: { readonly name: string; readonly parts: Parts | null }): Element {
  return (
    <div>
      <h4>{name}</h4>
      {parts === null ? (
        <p class="nothing">nothing</p>
      ) : (
        <pre tabindex={0} role="group" aria-label={name}>
          {visible(parts[0])}
          {parts[1] !== '' && <mark>{visible(parts[1])}</mark>}
          {visible(parts[2])}
        </pre>
      )}
    </div>
  );
}

/** `null`: there is no value. */
function jsonOf(value: unknown): string | null {
  if (value === undefined) return null;
  const json = JSON.stringify(value, null, 2);
  return json.length > MAX_CHARACTERS ? `${json.slice(0, MAX_CHARACTERS)}...` : json;
}

/** The line breaks are ours: JSON escapes those in texts. */
function visible(text: string): string {
  return text.split('\n').map(inOneLine).join('\n');
}
