import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type GatewayProcess, isServer, type TestRuntime } from '../runtimes/runtime.ts';
import { exposed, outcomes } from '../support/outcomes.ts';
import { stage as set } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { messagesIn, openClient } from './client-endings/scene.ts';
import { type ActionName, ACTIONS } from './upstream-endings/actions.ts';
import { type Cell, SERVERS } from './upstream-endings/cells.ts';
import { openUpstream, type Scene } from './upstream-endings/scene.ts';
import { type State, type StateName, STATES, WHOLE } from './upstream-endings/states.ts';
import { WORKERS } from './upstream-endings/workers.ts';

/** Upper bound in milliseconds for conditions that are awaited; generous, for busy machines. */
const LIMIT_MS = 10_000;

/**
 * What an upstream may do in each state of an exchange, and the result for the client and its connection, the
 * next node, the connection to the upstream, the copy and the counters.
 */
export function upstreamEndings(runtime: TestRuntime): void {
  const stage = set(runtime);
  const cells = isServer(runtime) ? SERVERS : WORKERS;

  /** Brings an exchange into the state in which the upstream acts. */
  async function begin(state: State, action: ActionName) {
    const { gateway, fresh, put } = stage;
    const upstream = await openUpstream();
    const id = fresh('ending');
    const nodes = [
      { host: upstream.host, port: upstream.port, weight: 1, priority: 1 },
      { host: '127.0.0.1', port: stage.upstream.port, weight: 1, priority: 0 },
    ];
    // Short only where this timeout ends the exchange.
    const read = action === 'goes silent' ? 1 : 30;
    const route = { enable_websocket: true, timeout: { connect: 30, send: 30, read } };
    await put(id, {}, { upstream: { nodes }, route });
    const client = openClient(gateway.port);
    onTestFinished(() => {
      client.socket.destroy();
      return upstream.close();
    });
    const path = `/${id}/a`;
    client.write(state.sent(path));
    await until(() => upstream.got().includes('\r\n\r\n'), LIMIT_MS, 'the upstream to be asked');
    if (state.upstreamSent !== undefined) upstream.write(state.upstreamSent);
    const scene = { client, upstream };
    await until(() => state.reached?.(scene) ?? true, LIMIT_MS, 'the exchange to come that far');
    return { id, path, scene };
  }

  /** Sends the client's next request, and responds once the upstream has all of it. */
  async function goOn(next: string, { client, upstream }: Scene) {
    const before = upstream.got().length;
    client.write(next);
    const isComplete = () => messagesIn(upstream.got().slice(before))[0]?.isComplete === true;
    await until(isComplete, LIMIT_MS, 'the upstream to be asked anew');
    upstream.write(WHOLE);
  }

  async function observe(id: string, { client, upstream }: Scene): Promise<Cell> {
    return {
      client: responsesIn(client.got()),
      connection: client.closed() ? 'closed' : 'open',
      upstream: upstream.left() ? 'left' : upstream.connections() === 1 ? 'kept' : 'doubled',
      next: stage.upstream.seen.some(({ url }) => url.startsWith(`/${id}/`))
        ? 'asked'
        : 'not asked',
      ...(await counted(stage.gateway, id)),
    };
  }

  for (const [name, actions] of Object.entries(cells)) {
    describe(name, () => {
      it.each(Object.entries(actions) as [ActionName, Cell][])(
        'and the upstream %s',
        async (action, cell) => {
          const state: State = STATES[name as StateName];
          const { id, path, scene } = await begin(state, action);
          await ACTIONS[action](scene, state);
          if (state.next !== undefined) await goOn(state.next(path), scene);
          let seen: Cell | undefined;
          const asItShould = async () => isDeepStrictEqual((seen = await observe(id, scene)), cell);
          await until(asItShould, LIMIT_MS).catch(() => {});
          expect(seen).toEqual(cell);
        },
      );
    });
  }
}

function responsesIn(bytes: string): string {
  const responses = messagesIn(bytes).map(({ status, isComplete }) => {
    // Bytes after 101.
    if (!/^\d{3}$/.test(status)) return 'bytes';
    return isComplete ? status : `${status} in part`;
  });
  return responses.join(', ') || 'nothing';
}

async function counted(gateway: GatewayProcess, route: string) {
  const samples = (await exposed(gateway)).filter(
    ({ name, labels }) => name === 'gateway_requests_total' && labels['route'] === route,
  );
  const copies = Object.entries(await outcomes(gateway, route));
  return {
    copies: copies.map(([what, count]) => `${count} ${what}`).join(', ') || 'none',
    counted: samples.map(({ labels, value }) => `${value} ${labels['code']}`).join(', ') || 'none',
  };
}
