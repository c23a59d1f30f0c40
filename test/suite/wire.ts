import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayProcess, TestRuntime } from '../runtimes/runtime.ts';
import { route } from '../support/origin.ts';
import { can } from './platform.ts';
import type { Case } from './wire/case.ts';
import { cases } from './wire/cases/index.ts';
import { type Difference, shown } from './wire/difference.ts';
import { differences } from './wire/differences.ts';
import { type Observe, observer } from './wire/observe.ts';
import type { Rule } from './wire/rule.ts';
import { rules } from './wire/rules/index.ts';
import { type RecordingUpstream, recordingUpstream } from './wire/upstream.ts';

/**
 * The same bytes to an upstream and to the gateway in front of it: what both ends get differs by the
 * rules and by nothing else.
 *
 * @param own rules of a gateway that keeps less than ours: then those of our own stack need not all be needed
 */
export function wire(runtime: TestRuntime, own: readonly Rule[] = []): void {
  const isRun = ({ needs }: Case) => needs === undefined || can(runtime.name, needs);
  const all = Object.values(cases).flat().filter(isRun);
  const shared = rules.filter(({ on }) => on === undefined || on(runtime.name));
  const inForce = [...shared, ...own];
  const used = new Map<Case, readonly Rule[]>();
  let upstream: RecordingUpstream;
  let gateway: GatewayProcess;
  let observe: Observe;

  beforeAll(async () => {
    upstream = await recordingUpstream();
    gateway = await runtime.start({ routes: [{ ...route(upstream), id: '1' }] });
    observe = observer(upstream, gateway);
  });
  afterAll(() => Promise.all([gateway.stop(), upstream.close()]));

  /** Runs a case and returns what no rule explains. */
  async function unexplained(exchange: Case): Promise<readonly Difference[]> {
    // Also where there is nothing to observe.
    used.set(exchange, []);
    const pair = await observe(exchange);
    const context = { runtime: runtime.name, exchange, pair, gateway, upstream };
    return differences(pair).filter((difference) => {
      const by = inForce.filter(({ accepts }) => accepts(difference, context));
      used.set(exchange, [...(used.get(exchange) ?? []), ...by]);
      return by.length === 0;
    });
  }

  for (const [theme, some] of Object.entries(cases)) {
    describe(theme, () => {
      const named = some.filter(isRun).map((exchange) => [exchange.name, exchange] as const);
      it.each(named)('%s', async (_, exchange) => {
        expect((await unexplained(exchange)).map(shown)).toEqual([]);
      });
    });
  }

  it('every rule explains a difference', async () => {
    // Those that were not run, as when one is asked for by name, are run now.
    for (const exchange of all) if (!used.has(exchange)) await unexplained(exchange);
    const needed = new Set([...used.values()].flat());
    const expected = own.length > 0 ? own : shared;
    expect(expected.filter((rule) => !needed.has(rule)).map(({ name }) => name)).toEqual([]);
  });
}
