/** Something that the gateway made different. */
export interface Difference {
  /** Who sees it: the upstream, of the request, or the client, of the answer. */
  readonly side: Side;
  readonly what: What;
  /** Of a field, in lower case; else empty. */
  readonly name: string;
  readonly direct: readonly string[];
  readonly through: readonly string[];
}

export type Side = 'upstream' | 'client';

export type What =
  /** Whether there was a message at all, and whether it was the same one. */
  | 'message'
  | 'method'
  | 'target'
  | 'version'
  | 'status'
  | 'reason'
  /** The values of a field. */
  | 'field'
  /** Its name as it is spelled. */
  | 'spelling'
  /** The spaces around its values. */
  | 'spaces'
  /** The order of the fields whose values are the same. */
  | 'order'
  /** The fields that say where the body ends. */
  | 'framing'
  | 'body'
  | 'trailers'
  /** 1xx answers. */
  | 'interim'
  /** What became of the client's connection. */
  | 'end';

type Compare = (
  what: What,
  direct: readonly string[],
  through: readonly string[],
  name?: string,
) => void;

/** Collects what is not equal. */
export function comparison(side: Side): { found: Difference[]; compare: Compare } {
  const found: Difference[] = [];
  return {
    found,
    compare(what, direct, through, name = '') {
      const equal = direct.length === through.length && direct.every((a, i) => a === through[i]);
      if (!equal) found.push({ side, what, name, direct, through });
    },
  };
}

/** For a person, in one line. */
export function shown({ side, what, name, direct, through }: Difference): string {
  const text = (all: readonly string[]) => JSON.stringify(all.map((each) => each.slice(0, 300)));
  return `${side}: ${what} ${name}: ${text(direct)} became ${text(through)}`;
}
