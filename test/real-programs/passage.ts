import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { endToEnd } from '../suite/copy/same.ts';
import { route, type Seen } from '../support/origin.ts';
import { sample, settled } from '../support/outcomes.ts';
import type { Stage } from '../support/stage.ts';

/** A route for one test, below which a program sees the upstream. */
export interface Passage {
  readonly id: string;
  /** URL at the gateway, without a trailing slash. */
  readonly url: string;
}

/** Creates a route `/{id}/*` whose copies go to the mirror of the stage, or to another. */
export async function passage(
  { gateway, mirror, fresh }: Stage,
  name: string,
  upstream: { readonly node: string },
  { plugin = {}, to = mirror }: { plugin?: object; to?: { readonly url: string } } = {},
): Promise<Passage> {
  const id = fresh(name);
  await gateway.put(id, route(upstream, to, { uri: `/${id}/*`, plugin }));
  return { id, url: `${gateway.url}/${id}` };
}

/** Every request has one outcome, and the gateway counted as many as the upstream saw. */
export async function expectOutcomes(
  { gateway }: Stage,
  { id }: Passage,
  expected: Readonly<Record<string, number>>,
): Promise<void> {
  const count = Object.values(expected).reduce((sum, value) => sum + value, 0);
  expect(await settled(gateway, id, count)).toEqual(expected);
  expect(await sample(gateway, 'gateway_requests_total', { route: id })).toBe(count);
}

/** The copies of a passage that the mirror of the stage got. */
export function copiesOf({ mirror }: Stage, { id }: Passage): Seen[] {
  return mirror.seen.filter(({ url }) => url.startsWith(`/${id}/`));
}

/** Copies equal the requests that the upstream got, in any order. */
export function expectSame(copies: readonly Seen[], primaries: readonly Seen[]): void {
  expect(copies.map(shown).toSorted()).toEqual(primaries.map(shown).toSorted());
}

function shown(seen: Seen): string {
  const digest = createHash('sha256').update(seen.body).digest('hex');
  return JSON.stringify([seen.method, seen.url, endToEnd(seen), digest]);
}
