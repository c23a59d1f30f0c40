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
 * Sends the same bytes to an upstream directly and through the gateway. What both ends get may differ only as the
 * rules allow.
 *
 * @param own rules of a gateway that preserves less than ours; then not all rules of our own stack must be used
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

  /** Runs a case and returns the differences that no rule explains. */
  async function unexplained(exchange: Case): Promise<readonly Difference[]> {
    // Marks the case as run, even if nothing can be observed.
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
    // Runs the cases that were left out, as when a test is selected by name.
    for (const exchange of all) if (!used.has(exchange)) await unexplained(exchange);
    const needed = new Set([...used.values()].flat());
    const expected = own.length > 0 ? own : shared;
    expect(expected.filter((rule) => !needed.has(rule)).map(({ name }) => name)).toEqual([]);
  });
}
