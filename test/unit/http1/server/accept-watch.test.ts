import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AcceptWatch } from '../../../../src/http1/server/accept-watch.ts';
import { until } from '../../../support/until.ts';

const CHECK_MS = 2500;

const opened: { close(): unknown }[] = [];
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
  vi.useRealTimers();
});

/** A watched listener, and which of its connections were probes. */
async function watched(host: string, fails: () => boolean = () => false) {
  const probes: boolean[] = [];
  const peers: (string | undefined)[] = [];
  let reopened = 0;
  let watch: AcceptWatch | null = null;
  const server = createServer((socket: Socket) => {
    probes.push(watch!.accepts(socket));
    peers.push(socket.remoteAddress);
    socket.on('error', () => {}).destroy();
  });
  await once(server.listen(0, host), 'listening');
  const { address, port } = server.address() as AddressInfo;
  const reopen = async () => {
    reopened++;
    if (fails()) throw new Error('the port is taken');
  };
  watch = new AcceptWatch({ hostname: address, port, reopen });
  opened.push(server, { close: () => watch.stop() });
  return { server, port, probes, peers, reopened: () => reopened };
}

function check(): void {
  vi.advanceTimersByTime(CHECK_MS);
}

async function visit(port: number, probes: readonly boolean[]): Promise<void> {
  const before = probes.length;
  connect(port, '127.0.0.1').on('error', () => {});
  await until(() => probes.length > before, 5000, 'a connection');
}

async function closed(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}

describe('a listener that is watched', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', '127.0.0.1'],
    ['::1', '::1'],
    ['::', '::1'],
  ])('at %s gets a probe from %s when nobody comes', async (host, from) => {
    const { probes, peers, reopened } = await watched(host);
    for (let i = 1; i <= 3; i++) {
      check();
      await until(() => probes.length === i, 5000, 'a probe');
      // Which has shown that it accepts.
      check();
    }
    expect(probes).toEqual([true, true, true]);
    expect(peers).toEqual([from, from, from]);
    expect(reopened()).toBe(0);
  });

  it('gets none while clients come', async () => {
    const { port, probes } = await watched('127.0.0.1');
    for (let i = 0; i < 3; i++) {
      await visit(port, probes);
      check();
    }
    expect(probes).toEqual([false, false, false]);
  });

  it('is opened anew where a probe is not accepted during two checks', async () => {
    const { server, reopened } = await watched('127.0.0.1');
    await closed(server);
    check();
    check();
    expect(reopened()).toBe(0);
    check();
    expect(reopened()).toBe(1);
    // It gets as long to accept as the first one.
    check();
    check();
    expect(reopened()).toBe(1);
    check();
    expect(reopened()).toBe(2);
  });

  it('ends the process where it cannot be opened anew twelve times in a row', async () => {
    const rejected = unhandledRejections();
    let isTaken = true;
    const { server, reopened } = await watched('127.0.0.1', () => isTaken);
    await closed(server);
    const fail = async (times: number) => {
      const before = reopened();
      while (reopened() < before + times) check();
      // Node tells of rejections once the microtasks have run.
      await new Promise((resolve) => setImmediate(resolve));
    };
    await fail(11);
    isTaken = false;
    await fail(1);
    isTaken = true;
    await fail(11);
    expect(rejected).toEqual([]);
    await fail(1);
    expect(rejected).toEqual([new Error('the port is taken')]);
  });
});

/** Collects rejections that nobody handles, each of which would end the process, until the test ends. */
function unhandledRejections(): unknown[] {
  const event = 'unhandledRejection';
  const rejected: unknown[] = [];
  const before = process.rawListeners(event) as NodeJS.UnhandledRejectionListener[];
  process.removeAllListeners(event);
  process.on(event, (reason) => rejected.push(reason));
  opened.push({
    close() {
      process.removeAllListeners(event);
      for (const listener of before) process.on(event, listener);
    },
  });
  return rejected;
}
