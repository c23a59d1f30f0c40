import type { DifferenceKind } from '../../../compare/comparison.ts';
import { inOneLine } from '../../../http/quoted.ts';

/** Kinds of differences, with what each says. */
export const KINDS: Readonly<Record<DifferenceKind, string>> = {
  value: 'another value',
  type: 'another type',
  missing: 'the mirror does not have it',
  extra: 'the mirror alone has it',
  order: 'another order',
  length: 'more or fewer elements',
};

/** What the view shows. All of it stands in the address, so that it can be shared. */
export interface State {
  /** Mirror of the report; empty: the one with most pairs that differ. */
  readonly route: string;
  readonly mirror: string;
  /** {@link endpointName}, place and kind of a difference in it; empty: the first that differs. */
  readonly endpoint: string;
  readonly place: string;
  readonly kind: string;
  /** Number of the example, from 1 on. */
  readonly example: number;
  /** Kinds that are listed; empty: all. */
  readonly kinds: readonly string[];
  /** `shown`: places that are noise, ignored or undecided are listed, too. */
  readonly noise: '' | 'shown';
  /** Endpoints and places are listed whose names have this text, in any case. */
  readonly text: string;
}

/**
 * What an address asks for, or a form: there `of` is the chosen mirror, and `from` the one that was shown, whose endpoint and
 * place another one does not have.
 *
 * @example stateOf(new URLSearchParams('route=1&place=/price&kind=type')).place // '/price'
 */
export function stateOf(query: URLSearchParams): State {
  const given = (name: string) => query.get(name) ?? '';
  const isSame = given('of') === given('from');
  const shown = (name: string) => (isSame ? given(name) : '');
  const [route, mirror] = query.has('of') ? parts(given('of')) : [given('route'), given('mirror')];
  const example = Number(given('example'));
  return {
    route,
    mirror,
    endpoint: shown('endpoint'),
    place: shown('place'),
    kind: shown('kind'),
    example: Number.isSafeInteger(example) && example > 0 ? example : 1,
    kinds: query.getAll('kinds').filter((kind) => Object.hasOwn(KINDS, kind)),
    noise: given('noise') === 'shown' ? 'shown' : '',
    text: given('text').slice(0, MAX_TEXT_CHARACTERS),
  };
}

const MAX_TEXT_CHARACTERS = 256;

/** A mirror in one field of a form. */
export function choiceOf({ route, mirror }: Pick<State, 'route' | 'mirror'>): string {
  return `${route} ${mirror}`;
}

/** The reverse of {@link choiceOf}: ids of routes have no spaces. */
function parts(choice: string): [route: string, mirror: string] {
  const [route, ...mirror] = choice.split(' ');
  return [route!, mirror.join(' ')];
}

/** The address that shows a state: this one, but for what changes. */
export function addressOf(state: State, changes: Partial<State> = {}): string {
  const { kinds, example, ...texts } = { ...state, ...changes };
  const query = new URLSearchParams({ view: 'differences' });
  for (const [name, value] of Object.entries(texts)) if (value !== '') query.set(name, value);
  for (const kind of kinds) query.append('kinds', kind);
  if (example > 1) query.set('example', String(example));
  return `/apisix/ui?${query}`;
}

/**
 * A text from strangers as it stands in addresses and forms of this view: HTML and addresses would change what is invisible
 * in it, or cannot hold it, such as line breaks and halves of characters.
 */
export function named(text: string): string {
  return inOneLine(text);
}

/** What stands for an endpoint in an address. */
export function endpointName({
  method,
  path,
}: {
  readonly method: string;
  readonly path: string;
}): string {
  return named(`${method} ${path}`);
}
