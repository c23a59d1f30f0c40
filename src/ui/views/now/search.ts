import type { Recent, RecentMirror } from '../../../telemetry/recent.ts';
import type { ListedMirror, ListedRoute } from './listed.ts';
import type { Only, State } from './state.ts';

/** Whether a mirror is listed. */
type IsListed = (mirror: ListedMirror, recent: RecentMirror | undefined) => boolean;

const IS_LISTED: Readonly<Record<Exclude<Only, 'all'>, IsListed>> = {
  failed(_, recent) {
    for (const { outcome } of recent?.outcomes.values() ?? [])
      if (outcome === 'failed') return true;
    return false;
  },
  open: ({ live }) => live?.breaker.open === true,
  paused: ({ live }) => live === null,
  compared: ({ isCompared, live }) => isCompared && live !== null,
};

/** Finds the mirrors of a route that are looked for; `null` if the route is not listed. */
export type Search = (route: ListedRoute) => readonly ListedMirror[] | null;

export function searchFor({ routes: happened }: Recent, { text, only }: State): Search {
  const wanted = text.toLowerCase();
  if (only === 'all') return (route) => withText(route, wanted);
  const isListed = IS_LISTED[only];
  return (route) => {
    const found = withText(route, wanted);
    if (found === null) return null;
    const recent = happened.get(route.id);
    return orNull(found.filter((one) => isListed(one, recent?.mirrors.get(one.name))));
  };
}

/** All mirrors of a route that has the text, and else those that have it. */
function withText({ text, mirrors }: ListedRoute, wanted: string): readonly ListedMirror[] | null {
  if (wanted === '' || text.includes(wanted)) return mirrors;
  return orNull(mirrors.filter((mirror) => mirror.text.includes(wanted)));
}

function orNull(mirrors: readonly ListedMirror[]): readonly ListedMirror[] | null {
  return mirrors.length === 0 ? null : mirrors;
}
