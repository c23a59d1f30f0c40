/** A difference that the gateway made. */
export interface Difference {
  /** Who sees it: the upstream, in the request, or the client, in the response. */
  readonly side: Side;
  readonly what: What;
  /** Name of a field in lower case; else empty. */
  readonly name: string;
  readonly direct: readonly string[];
  readonly through: readonly string[];
}

export type Side = 'upstream' | 'client';

export type What =
  /** Whether there was a message at all, and whether it was the same message. */
  | 'message'
  | 'method'
  | 'target'
  | 'version'
  | 'status'
  | 'reason'
  /** The values of a field. */
  | 'field'
  /** The case of its name. */
  | 'spelling'
  /** The spaces around its values. */
  | 'spaces'
  /** The order of the fields whose values are equal. */
  | 'order'
  /** The fields that say where the body ends. */
  | 'framing'
  | 'body'
  | 'trailers'
  /** 1xx responses. */
  | 'interim'
  /** Whether the client's connection was kept or closed. */
  | 'end';

type Compare = (
  what: What,
  direct: readonly string[],
  through: readonly string[],
  name?: string,
) => void;

/** Collects differences. */
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

/** One line for a reader. */
export function shown({ side, what, name, direct, through }: Difference): string {
  const text = (all: readonly string[]) => JSON.stringify(all.map((each) => each.slice(0, 300)));
  return `${side}: ${what} ${name}: ${text(direct)} became ${text(through)}`;
}
