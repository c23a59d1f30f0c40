import type { MiddlewareHandler } from 'hono';
import { Hono } from 'hono/tiny';
import type { Report, ReportFilter } from './report.ts';

/** Who has the report: this process, or what adds up those of all. */
export interface ReportSource {
  report(filter: ReportFilter): Report | Promise<Report>;
  reset(): void | Promise<void>;
}

export interface ReportApiOptions {
  /** Access control: runs first and responds itself when it denies a request. */
  readonly access: MiddlewareHandler;
  readonly source: ReportSource;
}

/** Caches must not keep previews of responses. */
const HEADERS = { 'Cache-Control': 'no-store' };

/**
 * `GET /admin/report` responds with the report, `DELETE` begins it anew. Mount it under `/apisix`.
 *
 * @example
 * curl 'http://127.0.0.1:9080/apisix/admin/report?route=1'
 */
export function reportApi({ access, source }: ReportApiOptions): Hono {
  return new Hono()
    .get('/admin/report', access, async (c) => {
      const { route, mirror, ...unknown } = c.req.query();
      const fault = unknownParameter(unknown, 'route or mirror');
      if (fault !== null) return c.json({ error_msg: fault }, 400, HEADERS);
      const filter = {
        ...(route !== undefined && { route }),
        ...(mirror !== undefined && { mirror }),
      };
      return c.json(await source.report(filter), 200, HEADERS);
    })
    .delete('/admin/report', access, async (c) => {
      // Not even a filter: it would look as if only a part were deleted.
      const fault = unknownParameter(c.req.query(), 'none, as the whole report begins anew');
      if (fault !== null) return c.json({ error_msg: fault }, 400, HEADERS);
      await source.reset();
      return c.json({ deleted: true }, 200, HEADERS);
    });
}

function unknownParameter(
  query: Readonly<Record<string, string>>,
  expected: string,
): string | null {
  const [name] = Object.keys(query);
  if (name === undefined) return null;
  return `query parameter: expected ${expected}, found ${JSON.stringify(name.slice(0, 64))}`;
}
