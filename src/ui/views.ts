import type { View } from './view.ts';
import { differencesView } from './views/differences.tsx';
import { explainView } from './views/explain.tsx';
import { nowView } from './views/now.tsx';

/** The views by their name in addresses (`?view=`), in the order of the navigation; the first is the page's own. */
export const VIEWS: Readonly<Record<string, View>> = {
  now: nowView,
  differences: differencesView,
  explain: explainView,
};

export function viewOf(query: URLSearchParams): View {
  const name = query.get('view') ?? '';
  return Object.hasOwn(VIEWS, name) ? VIEWS[name]! : Object.values(VIEWS)[0]!;
}
