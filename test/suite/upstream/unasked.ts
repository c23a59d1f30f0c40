import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { gatewayProcess } from '../../runtimes/client.ts';
import { type GatewayProcess, KEY, type TestServerRuntime } from '../../runtimes/runtime.ts';
import { route } from '../../support/origin.ts';
import { settled } from '../../support/outcomes.ts';
import { line } from '../../support/process.ts';
import { random } from '../../support/random.ts';
import { until } from '../../support/until.ts';

/** Number of clients, and so of kept connections to the upstream and to the mirror. */
const CONNECTIONS = 50;

const ROUNDS = 12;

const UNASKED = 'HTTP/1.1 500 Unasked\r\nContent-Length: 7\r\n\r\nUNASKED';

/** Responds with the target, in one piece; sends more on every idle connection when `sayMore` is called. */
class Talkative {
  readonly server: Server;
  responses = 0;
  readonly #idle = new Set<Socket>();
  readonly #open = new Set<Socket>();

  constructor() {
    this.server = createServer((socket) => {
      this.#open.add(socket);
      let text = '';
      socket.setNoDelay().setEncoding('latin1');
      socket.on('error', () => {});
      socket.on('close', () => this.#forget(socket));
      socket.on('data', (part: string) => {
        text += part;
        if (!text.endsWith('\r\n\r\n')) return;
        const target = text.split(' ')[1]!;
        text = '';
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${target.length}\r\n\r\n${target}`);
        this.#idle.add(socket);
        this.responses++;
      });
    });
  }
  get node(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
  /** Resolves when the system has taken all of it: over loopback it has then reached the other end. */
  async sayMore(): Promise<void> {
    const idle = [...this.#idle];
    this.#idle.clear();
    await Promise.all(
      idle.map((socket) => new Promise<void>((done) => socket.write(UNASKED, () => done()))),
    );
  }
  close(): void {
    this.server.close();
    for (const socket of this.#open) socket.destroy();
  }
  #forget(socket: Socket): void {
    this.#open.delete(socket);
    this.#idle.delete(socket);
  }
}

/** A client that completes its request head when the test says so. */
class Client {
  readonly socket: Socket;
  #text = '';
  #responded: (response: string) => void = () => {};

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1').setNoDelay().setEncoding('latin1');
    this.socket.on('error', () => {});
    this.socket.on('close', () => this.#responded(`closed behind ${this.#text}`));
    this.socket.on('data', (part: string) => {
      this.#text += part;
      const end = this.#text.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(this.#text)?.[1]);
      if (end === -1 || this.#text.length < end + 4 + length) return;
      const response = `${this.#text.slice(9, 12)} ${this.#text.slice(end + 4)}`;
      this.#text = '';
      this.#responded(response);
    });
  }
  /** Status and body of the next response. */
  response(): Promise<string> {
    return new Promise((resolve) => (this.#responded = resolve));
  }
}

const after = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

/**
 * Unsolicited bytes of an upstream or a mirror on a kept connection are never taken as the response to the next
 * request, however busy the event loop is and whatever it reads first.
 */
export function unasked(runtime: TestServerRuntime): void {
  let gateway: GatewayProcess;
  let busy: Socket[];
  const [upstream, mirror] = [new Talkative(), new Talkative()];

  beforeAll(async () => {
    const { name } = runtime;
    const program = runtime.script(new URL('../../support/busy-gateway.mjs', import.meta.url));
    const [, port, busyPort] = (await line(program, /^ports (\d+) (\d+)$/m)).map(Number);
    gateway = gatewayProcess({ runtime: name, port: port!, program, file: null, adminKey: KEY });
    busy = [0, 1].map(() => connect(busyPort!, '127.0.0.1').setNoDelay());
    for (const { server } of [upstream, mirror]) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    }
  });
  afterAll(async () => {
    for (const socket of busy) socket.destroy();
    for (const one of [upstream, mirror]) one.close();
    gateway.program.signal('SIGKILL');
    await gateway.program.exited;
  });

  it.each([
    ['GET', 'in the callback of a socket', 0],
    ['POST', 'in the callback of a socket', 0],
    ['GET', 'in a timer', 1],
  ])('%s, while the gateway is busy %s', async (method, _, how) => {
    const id = `${method}-${how}`;
    const next = random(how);
    // Each connection carries one copy here; max_in_flight allows for that many new connections.
    const more = { uri: `/${id}/*`, plugin: { max_in_flight: 10_000 } };
    await gateway.put(id, route(upstream, { url: `http://${mirror.node}` }, more));
    const clients = Array.from({ length: CONNECTIONS }, () => new Client(gateway.port));
    const wrong: string[] = [];
    const copied = mirror.responses;
    for (let round = 0; round < ROUNDS; round++) {
      const asked = clients.map((client, i) => {
        const target = `/${id}/${round}-${i}`;
        client.socket.write(`${method} ${target} HTTP/1.1\r\nHost: h\r\n`);
        return { client, target, response: client.response() };
      });
      // Some clients are readable when the loop becomes busy, so it reads them next, together with what they send
      // meanwhile.
      for (const socket of busy) socket.write(Uint8Array.of(how, 20 + 55 * next()));
      for (const { client } of asked) if (next() < 0.5) client.socket.write('X-Part: second\r\n');
      // At a random moment while the loop is busy or just before or after; each must be safe.
      await after(10 * next());
      await Promise.all([upstream.sayMore(), mirror.sayMore()]);
      for (const { client } of asked) client.socket.write('\r\n');
      for (const { target, response } of asked) {
        const got = await response;
        if (got !== `200 ${target}`) wrong.push(`${target}: ${got}`);
      }
      // Bytes that a mirror sends once a copy has gone out are a response to that copy, early or not.
      const count = copied + CONNECTIONS * (round + 1);
      await until(() => mirror.responses === count, 10_000, `${count} copies`);
    }
    for (const { socket } of clients) socket.destroy();
    expect(wrong).toEqual([]);
    const count = CONNECTIONS * ROUNDS;
    expect(await settled(gateway, id, count)).toEqual({ 'sent 2xx': count });
  });
}
