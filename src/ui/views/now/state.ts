/** Which mirrors are listed, by the name in addresses. */
export const ONLY = {
  all: 'all',
  failed: 'with failed copies',
  open: 'with an open breaker',
  paused: 'paused',
  compared: 'compared',
} as const;
export type Only = keyof typeof ONLY;

/** What the view shows. All of it stands in the address, so that it can be shared. */
export interface State {
  /** Routes and mirrors are listed whose id, uri or host has this text, in any case. */
  readonly text: string;
  readonly only: Only;
  /** From 1 on. */
  readonly page: number;
  /** True: the page does not ask again. */
  readonly isHeld: boolean;
}

const MAX_TEXT_CHARACTERS = 256;

/** @example stateOf(new URLSearchParams('text=cart&page=2')).page // 2 */
export function stateOf(query: URLSearchParams): State {
  const page = Number(query.get('page'));
  const only = query.get('only') ?? '';
  return {
    text: (query.get('text') ?? '').trim().slice(0, MAX_TEXT_CHARACTERS),
    only: Object.hasOwn(ONLY, only) ? (only as Only) : 'all',
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
    isHeld: query.get('held') === 'yes',
  };
}

/** The address that shows a state: this one, but for what changes. */
export function addressOf(state: State, changes: Partial<State> = {}): string {
  const { text, only, page, isHeld } = { ...state, ...changes };
  const query = new URLSearchParams({ view: 'now' });
  if (text !== '') query.set('text', text);
  if (only !== 'all') query.set('only', only);
  if (page > 1) query.set('page', String(page));
  if (isHeld) query.set('held', 'yes');
  return `/apisix/ui?${query}`;
}
