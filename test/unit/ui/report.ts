import { createReportSums, type ReportSums } from '../../../src/compare/report/sums.ts';
import type { RouteConfig } from '../../../src/config/route.ts';
import type { UiContext } from '../../../src/ui/view.ts';
import { viewOf } from '../../../src/ui/views.ts';
import { compared, difference, NOON_MS, pair } from '../compare/report/pairs.ts';

export const ROUTE = '1';
export const MIRROR = 'http://mirror.example';

/** Sums of 100 pairs of which some differ: in `/price` by type, in `x-version`, and in a clock that is ignored. */
export function sums(): ReportSums {
  const all = createReportSums({ now: () => NOON_MS });
  const price = difference('/price', { kind: 'type', primary: 1, mirror: '1' });
  const version = difference('x-version', { primary: 'v1', mirror: 'v2' });
  const clock = difference('/clock', { ignored: true });
  for (let i = 0; i < 100; i += 1) {
    const found = [...(i < 10 ? [price] : []), ...(i < 5 ? [version] : []), clock];
    const facts = { requestId: `id-${i}`, target: i % 2 === 0 ? '/users/1' : '/orders' };
    all.pair(pair(compared(...found), facts));
  }
  return all;
}

/** What a view is rendered with: a report, and the routes in force. */
export function contextOf(report: UiContext['report'], routes: readonly object[] = []): UiContext {
  const document = { routes: routes as readonly RouteConfig[] };
  const inForce = () => ({ document }) as ReturnType<UiContext['inForce']>;
  const unused = null as never;
  const refresh = async () => {};
  const base = {
    runtime: 'node',
    needsKey: false,
    inForce,
    refresh,
    isTransient: false,
    report,
  };
  return { ...base, recent: unused, budget: unused };
}

/** The HTML of a view. */
export async function viewed(address: string, context: UiContext): Promise<string> {
  const query = new URL(address, 'http://localhost').searchParams;
  return String(await viewOf(query).render(query, context));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&amp;': '&',
};

function decoded(text: string): string {
  return text.replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (entity) => ENTITIES[entity]!);
}

/** What of some HTML is to be read. */
export function textOf(html: string): string {
  return decoded(
    html.replaceAll(/<\/(?:p|h\d|li|td|th|dd|dt|option)>/g, '\n').replaceAll(/<[^>]*>/g, ''),
  );
}

export interface LinkOf {
  readonly text: string;
  readonly href: string;
  readonly isChosen: boolean;
}

export function linksOf(html: string): LinkOf[] {
  return [...html.matchAll(/<a ([^>]*)>(.*?)<\/a>/gs)].map(([, attributes, inner]) => ({
    text: textOf(inner!).trim(),
    href: decoded(/href="([^"]*)"/.exec(attributes!)![1]!),
    isChosen: attributes!.includes('aria-current'),
  }));
}

/** The address of the link with this text. */
export function linkTo(html: string, text: string): string {
  const found = linksOf(html).find((link) => link.text === text);
  if (found === undefined) throw new Error(`no link ${text} in ${textOf(html)}`);
  return found.href;
}

/** The request that a confirmation would send. `path` without `/apisix/`. */
export function changeIn(html: string): { method: string; path: string; body: string } {
  const of = (name: string) => decoded(new RegExp(` data-${name}="([^"]*)"`).exec(html)![1]!);
  return { method: of('method'), path: of('path').replace('/apisix/', ''), body: of('body') };
}

/** What a form would send as it is: name and value, in order. */
export function fieldsOf(html: string): [string, string][] {
  const inputs = [...html.matchAll(/<input ([^>]*)>/g)].map(([, attributes]) => attributes!);
  return inputs
    .filter(
      (attributes) => !attributes.includes('type="checkbox"') || attributes.includes('checked'),
    )
    .map((attributes) => {
      const of = (name: string) =>
        decoded(new RegExp(` ?${name}="([^"]*)"`).exec(attributes)?.[1] ?? '');
      return [of('name'), of('value')];
    });
}
