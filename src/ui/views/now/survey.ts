import { perSecond, type Recent } from '../../../telemetry/recent.ts';
import { keeper } from './keeper.ts';
import type { Listed, ListedRoute } from './listed.ts';
import type { Shown } from './page.ts';
import { searchFor } from './search.ts';
import type { State } from './state.ts';

/** What only a look at all routes can tell. */
export interface Survey {
  /** What is searched for, busiest routes first. */
  readonly found: readonly Shown[];
  /** Copies in flight. */
  readonly inFlight: number;
  readonly openBreakers: number;
  /** Mirrors. */
  readonly paused: number;
}

/** How long a survey is shown, however quickly it was made: all pages that show the same share it. */
const MIN_AGE_MS = 900;
/** How long one is shown at most. */
const MAX_AGE_MS = 5000;
/** About the share of a gateway's time that surveys of one search take: with 10,000 routes they are made less often. */
const SHARE = 0.005;

const keep = keeper<Survey>();

/** The last survey of a search, or a new one if that is too old. */
export function surveyed(list: Listed, recent: Recent, state: State, nowMs: number): Survey {
  return keep(list, `${state.only} ${state.text}`, nowMs, () => {
    const startedMs = performance.now();
    const value = makeSurvey(list, recent, state, nowMs);
    const tookMs = performance.now() - startedMs;
    return { value, ageMs: Math.min(Math.max(MIN_AGE_MS, tookMs / SHARE), MAX_AGE_MS) };
  });
}

function makeSurvey(list: Listed, recent: Recent, state: State, nowMs: number): Survey {
  const search = searchFor(recent, state);
  const found: Shown[] = [];
  for (const route of byBusiness(list, recent, nowMs)) {
    const mirrors = search(route);
    if (mirrors !== null) found.push({ route, mirrors });
  }
  let [inFlight, openBreakers, paused] = [0, 0, 0];
  for (const { live } of list.mirrors) {
    if (live === null) {
      paused++;
      continue;
    }
    inFlight += live.inFlight.count;
    if (live.breaker.open) openBreakers++;
  }
  return { found, inFlight, openBreakers, paused };
}

/** Rates below 1 in this number of seconds are alike. */
const ALIKE_S = 10;

/**
 * Busiest first, in steps: a route comes before another if it has twice its requests, and else by the document. So rows
 * keep their places while rates waver.
 */
function byBusiness(
  { routes, indexes }: Listed,
  recent: Recent,
  nowMs: number,
): readonly ListedRoute[] {
  const steps = new Uint8Array(routes.length);
  for (const [id, { requests }] of recent.routes) {
    const rate = perSecond(requests, nowMs);
    const index = rate === 0 ? undefined : indexes.get(id);
    if (index !== undefined) steps[index] = Math.ceil(Math.log2(1 + rate * ALIKE_S));
  }
  const ordered: ListedRoute[][] = [];
  for (const [index, route] of routes.entries()) (ordered[steps[index]!] ??= []).push(route);
  return ordered.toReversed().flatMap((step) => step ?? []);
}
