import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { doorbell } from '../../../src/http1/doorbell.ts';
import { createFence, type Fence, type Poll } from '../../../src/http1/fence.ts';
import { until } from '../../support/until.ts';

/** A poll that ends when a test says so. */
function held() {
  const polls: (() => void)[] = [];
  const fence = createFence((polled) => void polls.push(polled));
  const passed: string[] = [];
  const wait = (name: string) => fence({ passed: () => void passed.push(name) });
  return { polls, passed, wait };
}

describe('a fence', () => {
  it('has all sockets looked at once for all who come in one turn', async () => {
    const { polls, passed, wait } = held();
    for (const name of ['a', 'b']) wait(name);
    expect(polls).toHaveLength(0);
    await until(() => polls.length === 1);
    expect(passed).toEqual([]);
    polls[0]!();
    expect(passed).toEqual(['a', 'b']);
  });

  it('has them looked at again for those who come while that goes on', async () => {
    const { polls, passed, wait } = held();
    wait('a');
    await until(() => polls.length === 1);
    for (const name of ['b', 'c']) wait(name);
    polls[0]!();
    expect([passed, polls.length]).toEqual([['a'], 2]);
    polls[1]!();
    expect(passed).toEqual(['a', 'b', 'c']);
    wait('d');
    await until(() => polls.length === 3);
  });
});

describe.each<[string, () => Poll | undefined]>([
  ['a turn of the event loop', () => undefined],
  ['a doorbell', () => doorbell(() => true)],
  ['many turns, where no doorbell may be hung', () => doorbell(() => false)],
])('by %s', (_, poll) => {
  let server: Server;
  let there: Socket;
  let here: Socket;
  let fence: Fence;

  beforeEach(async () => {
    fence = createFence(poll());
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const connection = once(server, 'connection') as Promise<[Socket]>;
    here = connect((server.address() as AddressInfo).port, '127.0.0.1');
    [there] = await connection;
    for (const socket of [here, there]) socket.on('error', () => {}).setNoDelay();
  });
  afterEach(() => {
    here.destroy();
    there.destroy();
    server.close();
  });

  it('what came in before is read first', async () => {
    const seen: string[] = [];
    here.on('data', (bytes: Buffer) => seen.push(String(bytes)));
    // Many times, as the first has a doorbell to hang.
    for (let i = 0; i < 20; i++) {
      await new Promise<void>((written) => there.write(`byte ${i}`, () => written()));
      await new Promise<void>((passed) => fence({ passed }));
      expect(seen.at(-1)).toBe(`byte ${i}`);
    }
  });
});
