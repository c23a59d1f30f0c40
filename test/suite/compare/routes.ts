import { afterAll } from 'vitest';
import type { MirrorReport, Report } from '../../../src/compare/report/report.ts';
import { send, type Send } from '../../support/client.ts';
import { origin, type Origin, type Respond, route } from '../../support/origin.ts';
import type { Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';

/** Time for what is not compared yet: the thread that compares has the lowest priority on a busy machine. */
const COMPARED_WITHIN_MS = 60_000;

/** A route whose upstream and mirror are its own. */
export interface ComparedRoute {
  readonly id: string;
  readonly upstream: Origin;
  readonly mirror: Origin;
  /** Sends a request to a path below the route's. */
  get(path: string, options?: Send): ReturnType<typeof send>;
  /** The report of the mirror, once so many of its sent copies have a result. */
  reported(pairs: number): Promise<MirrorReport>;
}

/** Routes of a stage that compare. Their servers close with the suite. */
export function comparedRoutes(stage: Stage) {
  const opened: Origin[] = [];
  afterAll(() => Promise.all(opened.map((one) => one.close())));

  return async function put(
    primary: Respond,
    mirror: Respond,
    plugin: object = { compare: true },
  ): Promise<ComparedRoute> {
    const id = stage.fresh('compared');
    const [upstream, mirrored] = [await origin(primary), await origin(mirror)];
    opened.push(upstream, mirrored);
    await stage.gateway.put(id, route(upstream, mirrored, { uri: `/${id}/*`, plugin }));

    async function reported(pairs: number): Promise<MirrorReport> {
      let report: MirrorReport | undefined;
      await until(
        async () => {
          const response = await stage.gateway.admin(`admin/report?route=${id}`);
          report = ((await response.json()) as Report).mirrors[0];
          return report !== undefined && resultsOf(report) >= pairs;
        },
        COMPARED_WITHIN_MS,
        `${pairs} compared pairs of ${id}`,
      );
      return report!;
    }
    const get = (path: string, options = {}) => send(stage.gateway.url, `/${id}${path}`, options);
    return { id, upstream, mirror: mirrored, get, reported };
  };
}

/** Sent copies that have a result. */
export function resultsOf({ pairs, not_compared: reasons }: MirrorReport): number {
  return Object.values(reasons).reduce((sum, count) => sum + count, pairs);
}

/** Places that are shown, with their kinds. */
export function shown({ endpoints }: MirrorReport): string[] {
  return endpoints.flatMap(({ differences }) =>
    differences.filter((one) => one.shown).map(({ place, kind }) => `${place} ${kind}`),
  );
}
