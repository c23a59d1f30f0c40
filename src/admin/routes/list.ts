import type { RouteConfig } from '../../config/route.ts';
import { VarsError } from '../../vars/error.ts';
import { luaNumber } from '../../vars/operator.ts';
import { compilePattern } from '../../vars/pattern.ts';
import { failed } from '../responses.ts';
import type { Handler } from './call.ts';
import { inForce, keyOf } from './stored.ts';

/** `GET /routes`, filtered and paged. `total` counts the routes on all pages that pass the filters. */
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
  // As in APISIX, there are pages only when both arguments are given.
  if (page === null || size === null) {
    return { status: 200, body: { list: found, total: found.length } };
  }
  if (size < 10 || size > 500) return failed(400, 'page_size must be between 10 and 500');
  const to = Math.floor(Math.max(page, 1)) * Math.floor(size);
  const from = to - Math.floor(size);
  return { status: 200, body: { list: found.slice(from, to), total: found.length } };
};

/** The fields that `filter` compares. No route here has them, because they refer to other resources. */
interface Filterable {
  readonly service_id?: unknown;
  readonly upstream_id?: unknown;
}

type Filter = (route: RouteConfig) => boolean;

/** The filters, by query argument. */
const FILTERS: Readonly<Record<string, (value: string) => Filter>> = {
  name: (value) => {
    const matches = pattern(value);
    return ({ name }) => name !== undefined && matches(name);
  },
  uri: (value) => {
    const matches = pattern(value);
    return ({ uri, uris }) => (uri === undefined ? (uris ?? []) : [uri]).some(matches);
  },
  label: (value) => (route) => route.labels !== undefined && Object.hasOwn(route.labels, value),
  // The value is a query string itself: `filter=upstream_id%3D1`. Other fields in it are ignored.
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
  return Object.entries(FILTERS).flatMap(([name, filter]) => {
    const value = query.get(name);
    return value === null ? [] : [filter(value)];
  });
}

/** Compiles a regular expression. As in APISIX, an invalid one matches nothing. */
function pattern(source: string): (text: string) => boolean {
  try {
    const expression = compilePattern(source, '');
    return (text) => expression.test(text);
  } catch (error) {
    if (error instanceof VarsError) return () => false;
    throw error;
  }
}

/** Converts a query argument as Lua's `tonumber` does; `null` when it is not a finite number. */
export function numberOf(text: string | null): number | null {
  const number = text === null ? undefined : luaNumber(text);
  return number !== undefined && Number.isFinite(number) ? number : null;
}
