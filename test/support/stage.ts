import { afterAll, beforeAll } from 'vitest';
import type { GatewayProcess, StartOptions, TestRuntime } from '../runtimes/runtime.ts';
import { send, type Send } from './client.ts';
import { origin, type Origin, route, type Seen } from './origin.ts';
import { until } from './until.ts';

/** A gateway between an upstream and a mirror, for one part of the suite. */
export interface Stage {
  readonly gateway: GatewayProcess;
  readonly upstream: Origin;
  readonly mirror: Origin;
  /**
   * A route id that was not used before. Counters outlive a route, and a retried test must not count what its first
   * try left.
   */
  fresh(name: string): string;
  /** Routes `/{id}/*` and `/{id}` to the upstream, and copies to the mirror unless another is given. */
  put(id: string, plugin?: object, rest?: object): Promise<void>;
  /** Sends a request and returns what the upstream and the mirror got. */
  pair(target: string, options?: Send): Promise<Pair>;
  /** What they got of the request that had this value in the field `CASE`. */
  seenAs(name: string): Promise<Pair>;
}

export interface Pair {
  readonly primary: Seen;
  readonly copy: Seen;
}

/** The field by which a test finds its request at upstream and mirror, whatever happened to the path. */
export const CASE = 'x-case';

/** @param startOptions how the gateway is started; by default with the key of all tests */
export function stage(
  runtime: TestRuntime,
  env: Readonly<Record<string, string>> = {},
  startOptions: Pick<StartOptions, 'adminKey'> = {},
): Stage {
  let gateway: GatewayProcess;
  let upstream: Origin;
  let mirror: Origin;
  let cases = 0;
  let ids = 0;

  beforeAll(async () => {
    [gateway, upstream, mirror] = await Promise.all([
      runtime.start({ ...startOptions, env }),
      origin(),
      origin(),
    ]);
  });
  afterAll(async () => {
    await Promise.all([gateway.stop(), upstream.close(), mirror.close()]);
  });

  async function seenAs(name: string): Promise<Pair> {
    const both = () => seenBy(upstream, name) !== undefined && seenBy(mirror, name) !== undefined;
    await until(both, 5000, `the copy of request ${name}`);
    return { primary: seenBy(upstream, name)!, copy: seenBy(mirror, name)! };
  }

  return {
    get gateway() {
      return gateway;
    },
    get upstream() {
      return upstream;
    },
    get mirror() {
      return mirror;
    },
    fresh: (name) => `${name}-${++ids}`,
    put: (id, plugin = {}, rest = {}) =>
      gateway.put(id, route(upstream, mirror, { uri: `/${id}/*`, plugin, ...rest })),
    async pair(target, options = {}) {
      const name = `${++cases}`;
      const headers = { ...options.headers, [CASE]: name };
      await send(gateway.url, target, { ...options, headers });
      return seenAs(name);
    },
    seenAs,
  };
}

function seenBy({ seen }: Origin, name: string): Seen | undefined {
  return seen.find(({ headers }) => headers[CASE] === name);
}
