import type { Endpoints } from '../../http/endpoint.ts';
import type { Report, ReportFilter } from './report.ts';

/** Who has the report: this process, or what adds up those of all. */
export interface ReportSource {
  report(filter: ReportFilter): Report | Promise<Report>;
  reset(): void | Promise<void>;
}

/** Caches must not keep previews of responses. */
const HEADERS = { 'Cache-Control': 'no-store' };

/** What `GET` may be asked for. */
const FILTERS = ['route', 'mirror'] as const;

/**
 * `GET /admin/report` responds with the report, `DELETE` begins it anew.
 *
 * @example
 * curl 'http://127.0.0.1:9080/apisix/admin/report?route=1'
 */
export function reportApi(source: ReportSource): Endpoints {
  return {
    async GET({ url }) {
      const query = queryOf(url);
      const fault = unknownParameter(query, FILTERS, 'route or mirror');
      if (fault !== null) return respond({ error_msg: fault }, 400);
      const given = FILTERS.filter((name) => query.has(name));
      const filter = Object.fromEntries(given.map((name) => [name, query.get(name)!]));
      return respond(await source.report(filter));
    },
    async DELETE({ url }) {
      // Not even a filter: it would look as if only a part were deleted.
      const fault = unknownParameter(queryOf(url), [], 'none, as the whole report begins anew');
      if (fault !== null) return respond({ error_msg: fault }, 400);
      await source.reset();
      return respond({ deleted: true });
    },
  };
}

function respond(body: unknown, status = 200): Response {
  return Response.json(body, { status, headers: HEADERS });
}

function queryOf(url: string): URLSearchParams {
  return new URL(url, 'http://localhost').searchParams;
}

function unknownParameter(
  query: URLSearchParams,
  known: readonly string[],
  expected: string,
): string | null {
  const name = [...query.keys()].find((given) => !known.includes(given));
  if (name === undefined) return null;
  return `query parameter: expected ${expected}, found ${JSON.stringify(name.slice(0, 64))}`;
}
