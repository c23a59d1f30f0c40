import type { RouteConfig } from '../../config/route.ts';
import { VarsError } from '../../vars/error.ts';
import { luaNumber } from '../../vars/operator.ts';
import { compilePattern } from '../../vars/pattern.ts';
import { failed } from '../responses.ts';
import type { Handler } from './call.ts';
import { inForce, keyOf } from './stored.ts';

/** `GET /routes`: filters narrow `total`, pages do not. */
export const list: Handler = (context, { query }) => {
  const document = inForce(context);
  const revisions = context.revisionsOf(document);
  const filters = filtersOf(query);
  const found = document.routes
    .filter((route) => filters.every((accepts) => accepts(route)))
    .map((route) => {
      const id = String(route.id);
      const { createdIndex, modifiedIndex } = revisions.get(id)!;
      return { key: keyOf(id), value: route, createdIndex, modifiedIndex };
    })
    .toSorted((a, b) => a.createdIndex - b.createdIndex);

  const page = numberOf(query.get('page'));
  const size = numberOf(query.get('page_size'));
  // APISIX pages only when it got both.
  if (page === null || size === null) {
    return { status: 200, body: { list: found, total: found.length } };
  }
  if (size < 10 || size > 500) return failed(400, 'page_size must be between 10 and 500');
  const to = Math.floor(Math.max(page, 1)) * Math.floor(size);
  const from = to - Math.floor(size);
  return { status: 200, body: { list: found.slice(from, to), total: found.length } };
};

/** What `filter` looks at; no route here has them, as they name other resources. */
interface Filterable {
  readonly service_id?: unknown;
  readonly upstream_id?: unknown;
}

type Filter = (route: RouteConfig) => boolean;

/** One entry per query parameter that narrows the list. */
const filters: Readonly<Record<string, (value: string) => Filter>> = {
  name: (value) => {
    const matches = pattern(value);
    return ({ name }) => name !== undefined && matches(name);
  },
  uri: (value) => {
    const matches = pattern(value);
    return ({ uri, uris }) => (uri === undefined ? (uris ?? []) : [uri]).some(matches);
  },
  label: (value) => (route) => route.labels !== undefined && Object.hasOwn(route.labels, value),
  // A query string in a query string: `filter=upstream_id%3D1`. Other fields are ignored.
  filter: (value) => {
    const wanted = [...new URLSearchParams(value)].filter(
      ([field]) => field === 'service_id' || field === 'upstream_id',
    );
    return (route) =>
      wanted.every(([field, text]) => {
        const found = (route as Filterable)[field as keyof Filterable];
        return found !== undefined && String(found) === text;
      });
  },
};

function filtersOf(query: URLSearchParams): Filter[] {
  return Object.entries(filters).flatMap(([name, filter]) => {
    const value = query.get(name);
    return value === null ? [] : [filter(value)];
  });
}

/** A regular expression that is none matches nothing, as in APISIX. */
function pattern(source: string): (text: string) => boolean {
  try {
    const expression = compilePattern(source, '');
    return (text) => expression.test(text);
  } catch (error) {
    if (error instanceof VarsError) return () => false;
    throw error;
  }
}

/** What Lua's `tonumber` makes of a parameter. */
export function numberOf(text: string | null): number | null {
  const number = text === null ? undefined : luaNumber(text);
  return number !== undefined && Number.isFinite(number) ? number : null;
}
