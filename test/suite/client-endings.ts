import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type GatewayProcess, isServer, type TestRuntime } from '../runtimes/runtime.ts';
import { exposed, outcomes } from '../support/outcomes.ts';
import { stage as set } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { type ActionName, ACTIONS } from './client-endings/actions.ts';
import { type Cell, SERVERS } from './client-endings/cells.ts';
import { messagesIn, openClient, openUpstream, type Scene } from './client-endings/scene.ts';
import { type State, type StateName, STATES } from './client-endings/states.ts';
import { WORKERS } from './client-endings/workers.ts';

/** Actions that end only by a timeout of the gateway. */
const WAITING: ReadonlySet<ActionName> = new Set(['goes silent', 'stops reading']);

/** Upper bound in milliseconds for conditions that are awaited; generous, for busy machines. */
const LIMIT_MS = 10_000;

/**
 * What a client may do in each state of an exchange, and the result for the client, its connection, the
 * upstream, the copy and the counters.
 */
export function clientEndings(runtime: TestRuntime): void {
  const stage = set(runtime);
  const shortTimeout = set(runtime, { CLIENT_TIMEOUT: '1' });
  const cells = isServer(runtime) ? SERVERS : WORKERS;

  /** Brings an exchange into the state in which the client acts. */
  async function begin(name: StateName, action: ActionName) {
    const state: State = STATES[name];
    const { gateway, fresh, put } = WAITING.has(action) ? shortTimeout : stage;
    const upstream = await openUpstream();
    const id = fresh('ending');
    // A tunnel has no client timeout, only those of the route, for either end.
    const timeout = name === 'the connection is a tunnel' ? { connect: 9, send: 1, read: 1 } : {};
    await put(
      id,
      {},
      {
        upstream: { nodes: { [upstream.node]: 1 }, retries: 0 },
        route: { enable_websocket: true, ...('read' in timeout && { timeout }) },
      },
    );
    const client = openClient(gateway.port);
    onTestFinished(() => {
      client.socket.destroy();
      return upstream.close();
    });
    client.write(state.sent(`/${id}/a`));
    if (state.before !== undefined) {
      await until(() => upstream.got().includes('\r\n\r\n'), LIMIT_MS, 'the upstream to be asked');
      state.before(upstream);
    }
    const scene = { client, upstream };
    await until(() => state.reached(scene), LIMIT_MS, 'the exchange to come that far');
    return { gateway, id, state, scene };
  }

  async function goOn(state: State, action: ActionName, { client, upstream }: Scene, cell: Cell) {
    if (action === 'stops reading') {
      state.flood?.(upstream);
      await until(
        () => /left|closed|broken/.test(upstream.saw()),
        LIMIT_MS,
        'the upstream to be left',
      );
      client.socket.resume();
    } else if (cell.client.startsWith('200') && !cell.client.includes('in part')) {
      for (let responded = 0; responded < wholeRequests(cell.upstream); responded += 1) {
        await until(() => wholeRequests(upstream.saw()) > responded, LIMIT_MS, 'all of a request');
        state.after?.(upstream);
      }
    }
  }

  for (const [name, actions] of Object.entries(cells)) {
    describe(name, () => {
      it.each(Object.entries(actions) as [ActionName, Cell][])(
        'and the client %s',
        async (action, cell) => {
          const { gateway, id, state, scene } = await begin(name as StateName, action);
          ACTIONS[action](scene, state);
          await goOn(state, action, scene, cell);
          let seen: Cell | undefined;
          const asItShould = async () =>
            isDeepStrictEqual((seen = asListed(await observe(gateway, id, scene), cell)), cell);
          await until(asItShould, LIMIT_MS).catch(() => {});
          expect(seen).toEqual(cell);
        },
      );
    });
  }
}

/** What was counted, as the cell lists it among others. */
function asListed(seen: Cell, { counted }: Cell): Cell {
  return counted.split(' or ').includes(seen.counted) ? { ...seen, counted } : seen;
}

function wholeRequests(saw: string): number {
  return saw.split('a whole request').length - 1;
}

async function observe(
  gateway: GatewayProcess,
  route: string,
  { client, upstream }: Scene,
): Promise<Cell> {
  const messages = messagesIn(client.got()).filter(({ status }) => status !== '100');
  // Bytes after 101 are no response.
  const responses = messages[0]?.status === '101' ? messages.slice(0, 1) : messages;
  const samples = (await exposed(gateway)).filter(
    ({ name, labels }) => name === 'gateway_requests_total' && labels['route'] === route,
  );
  const copies = Object.entries(await outcomes(gateway, route));
  return {
    client: listed(
      responses.map(({ status, isComplete }) => (isComplete ? status : `${status} in part`)),
      'nothing',
    ),
    connection: client.closed() ? 'closed' : 'open',
    upstream: upstream.saw(),
    copies: listed(copies.map(([what, count]) => `${count} ${what}`)),
    counted: listed(samples.map(({ labels, value }) => `${value} ${labels['code']}`)),
  };
}

function listed(all: readonly string[], none = 'none'): string {
  return all.length === 0 ? none : all.join(', ');
}
