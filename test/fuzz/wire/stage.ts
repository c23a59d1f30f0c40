import type { Socket } from 'node:net';
import { members, openSockets } from '../../../bench/machine/group.ts';
import { outburstFaults } from '../../../bench/soak/checks.ts';
import type { GatewayProcess, TestRuntime } from '../../runtimes/runtime.ts';
import { exposed, sum } from '../../support/outcomes.ts';
import { until } from '../../support/until.ts';
import { Draw } from '../draw.ts';
import { compareRequests } from '../differences.ts';
import { LlhttpServer } from '../read/llhttp.ts';
import { type ReadRequest, readRequests } from '../read/request.ts';
import { valueOf } from '../read/message.ts';
import { NEVER_TRAILERS, seenOf, textOf } from './forwarded.ts';
import { Ledger } from './ledger.ts';
import { type Arrival, type Capture, RawServer, SERVER_LIMITS } from './server.ts';
import { type Script, play } from './script.ts';

const MARK = 'x-mirrored-by';

/** How long an input may take, on a busy machine. */
export const PATIENCE_MS = 10_000;

/** How long connections may take to close: idle ones are kept for some seconds. */
const SETTLE_MS = 30_000;

/** Sockets of the runtime itself, and of requests for metrics. */
const SPARE_SOCKETS = 4;

/** A gateway in its own process, with an upstream and a mirror in this one that remember all requests. */
export class Stage {
  readonly gateway: GatewayProcess;
  readonly upstream: RawServer;
  readonly ledger = new Ledger();
  /** Responses of upstream and mirror by name, sent instead of an echo. */
  readonly scripts = new Map<string, { readonly upstream: Script; readonly mirror: Script }>();
  /** Number of requests that reached the upstream; retries count once. */
  #requests = 0;
  readonly #asked = new Set<string>();
  /** Connections of upstream and mirror that must not be reused. */
  readonly #spent = new WeakSet<object>();
  readonly #mirror: RawServer;
  readonly #addresses: Draw;
  readonly #llhttp = new LlhttpServer();
  readonly #faults: string[];
  /** Sockets of the gateway that belong to no connection. */
  readonly #spare: number;
  /** Texts of echoed requests by serial number, until their client has read them. */
  readonly #echoed = new Map<number, string>();
  #used = new Set<string>();

  private constructor(
    gateway: GatewayProcess,
    upstream: RawServer,
    mirror: RawServer,
    faults: string[],
  ) {
    this.gateway = gateway;
    this.upstream = upstream;
    this.#mirror = mirror;
    this.#faults = faults;
    this.#addresses = new Draw(Math.random() * 2 ** 32);
    this.#spare = this.#sockets() + SPARE_SOCKETS;
  }

  static async start(runtime: TestRuntime): Promise<Stage> {
    const faults: string[] = [];
    let stage: Stage | null = null;
    const [upstream, mirror] = await Promise.all([
      RawServer.start((arrival) => stage!.#onRequest(arrival)),
      RawServer.start((arrival) => stage!.#onCopy(arrival)),
    ]);
    const route = {
      id: 'fuzz',
      uri: '/*',
      upstream: { nodes: { [`127.0.0.1:${upstream.port}`]: 1 } },
      plugins: {
        'proxy-mirror': {
          host: `http://127.0.0.1:${mirror.port}`,
          breaker: false,
          max_in_flight: 1_000_000,
        },
      },
    };
    // Thousands of failures a second are intended here, and should not be logged.
    const gateway = await runtime.start({ routes: [route], env: { LOG_LEVEL: 'silent' } });
    stage = new Stage(gateway, upstream, mirror, faults);
    return stage;
  }

  get node(): string {
    return `127.0.0.1:${this.upstream.port}`;
  }

  /** A unique client address on this machine. Linux accepts all of 127.0.0.0/8. */
  address(): string {
    for (;;) {
      const [a, b, c] = [1, 2, 3].map(() => 1 + this.#addresses.below(254));
      const address = `127.${a}.${b}.${c}`;
      if (this.#used.has(address)) continue;
      this.#used.add(address);
      this.ledger.open(address);
      return address;
    }
  }

  /** The request whose response had this serial number. Can be called once for each. */
  arrivedAs(serial: number): string | undefined {
    const text = this.#echoed.get(serial);
    this.#echoed.delete(serial);
    return text;
  }

  /** False once the gateway has exited. */
  get alive(): boolean {
    const { exitCode, signalCode } = this.gateway.program.child;
    return exitCode === null && signalCode === null;
  }

  /** With nothing in flight: checks all requests since the last call. */
  async settle(): Promise<string[]> {
    if (!this.alive) return outburstFaults(this.gateway.program);
    const counts = await this.#settled();
    const { requests, sent, failed, skipped, held } = counts;
    const faults = [...this.#faults.splice(0), ...outburstFaults(this.gateway.program)];
    if (requests !== sent + failed + skipped)
      faults.push(`${requests} requests, and outcomes: ${sent} + ${failed} + ${skipped}`);
    if (requests < this.#requests)
      faults.push(`${this.#requests} requests came to the upstream, and ${requests} were counted`);
    if (sent > this.#mirror.arrivals)
      faults.push(`${sent} copies are sent, and ${this.#mirror.arrivals} came`);
    if (held !== 0) faults.push(`${held} bytes are still recorded`);
    faults.push(...(await this.#clientFaults()));
    faults.push(...this.ledger.close(failed + skipped));
    faults.push(...(await this.#captureFaults('upstream', this.upstream.take())));
    faults.push(...(await this.#captureFaults('mirror', this.#mirror.take())));
    this.#used.clear();
    this.#echoed.clear();
    this.scripts.clear();
    this.#asked.clear();
    return faults;
  }

  /** Stops all, and returns what had not ended before. */
  async finish(): Promise<string[]> {
    const faults: string[] = this.alive ? [] : outburstFaults(this.gateway.program);
    const none = () => this.upstream.open === 0 && this.#mirror.open === 0;
    await until(none, SETTLE_MS).catch(() =>
      faults.push(
        `connections left: ${this.upstream.open} to the upstream, ${this.#mirror.open} to the mirror`,
      ),
    );
    const few = () => !this.alive || this.#sockets() <= this.#spare;
    await until(few, SETTLE_MS).catch(() =>
      faults.push(`${this.#sockets()} sockets are open, ${this.#spare} may be`),
    );
    const status = await this.gateway.stop();
    if (status !== 0) faults.push(`the gateway ended with status ${status}`);
    await Promise.all([this.upstream.close(), this.#mirror.close()]);
    return faults;
  }

  /** All clients have left: only kept connections to upstream and mirror may be open. */
  async #clientFaults(): Promise<string[]> {
    const over = () => this.#sockets() - this.upstream.open - this.#mirror.open - this.#spare;
    const none = await until(() => over() <= 0, SETTLE_MS).catch(() => 'not in time');
    return none === undefined ? [] : [`${over()} connections of clients are left`];
  }

  async #settled() {
    let counts = await this.#counts();
    const quiet = async () => {
      counts = await this.#counts();
      const { requests, sent, failed, skipped, held, inFlight } = counts;
      return requests === sent + failed + skipped && held === 0 && inFlight === 0;
    };
    // If they do not settle, the figures show it.
    await until(quiet, SETTLE_MS).catch(() => {});
    return counts;
  }

  async #counts() {
    const samples = await exposed(this.gateway);
    const outcome = (name: string) => sum(samples, 'mirror_copies_total', { outcome: name });
    return {
      requests: sum(samples, 'gateway_requests_total', { route: 'fuzz' }),
      sent: outcome('sent'),
      failed: outcome('failed'),
      skipped: outcome('skipped'),
      held: sum(samples, 'mirror_recorded_bytes'),
      inFlight: sum(samples, 'mirror_in_flight'),
    };
  }

  #sockets(): number {
    return openSockets(members(this.gateway.program.child.pid!));
  }

  #onRequest({ serial, request, socket }: Arrival): void {
    const script = this.#scriptOf(request);
    this.#use(socket, script?.upstream);
    if (script !== undefined) {
      if (!this.#asked.has(request.line[1])) this.#requests += 1;
      this.#asked.add(request.line[1]);
      return play(socket, script.upstream);
    }
    this.#requests += 1;
    const text = textOf(seenOf(request));
    this.#echoed.set(serial, text);
    const stray = request.trailers.find(([name]) => NEVER_TRAILERS.test(name));
    if (stray !== undefined) this.#faults.push(`a trailer ${stray[0]} came to the upstream`);
    if (!this.ledger.arrival(addressOf(request), text))
      this.#faults.push(`a request of nobody: ${textOf(request)}`);
    socket.write(echo(serial, request.line[0]), 'latin1');
  }

  #onCopy({ serial, request, socket }: Arrival): void {
    const script = this.#scriptOf(request);
    this.#use(socket, script?.mirror);
    if (script !== undefined) return play(socket, script.mirror);
    if (!this.ledger.copy(addressOf(request), textOf(seenOf(request, MARK))))
      this.#faults.push(`a copy of nobody's: ${textOf(request)}`);
    if (valueOf(request.fields, MARK) === null)
      this.#faults.push(`a copy without its mark: ${textOf(request)}`);
    socket.write(echo(-serial, request.line[0]), 'latin1');
  }

  #use(socket: Socket, script: Script | undefined): void {
    if (this.#spent.has(socket))
      this.#faults.push('a connection was used again, behind what nobody had asked for');
    if (script?.last === true) this.#spent.add(socket);
  }

  #scriptOf(request: ReadRequest) {
    return this.scripts.get(request.line[1]);
  }

  /** All bytes that the gateway sends must be valid for every reader, llhttp included. */
  async #captureFaults(where: string, captures: readonly Capture[]): Promise<string[]> {
    const faults = captures.flatMap(({ fault, bytes }) =>
      fault === null
        ? []
        : [`the ${where} got what is no request (${fault}): ${JSON.stringify(bytes.slice(-2000))}`],
    );
    for (const { bytes } of captures) {
      const ours = readRequests(bytes, SERVER_LIMITS);
      const compared = compareRequests(bytes, ours, await this.#llhttp.read([bytes]));
      if (compared.kind === 'unlisted') faults.push(`the ${where}: ${compared.what}`);
    }
    return faults;
  }
}

/** An echo of a serial number shows whose response it is. One response in three is chunked. */
function echo(serial: number, method: string): string {
  const body = `<${serial}>`;
  const head = `HTTP/1.1 200 OK\r\nX-Serial: ${serial}\r\nKeep-Alive: timeout=2\r\n`;
  if (method === 'HEAD') return `${head}Content-Length: ${body.length}\r\n\r\n`;
  return serial % 3 === 0
    ? `${head}Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
    : `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
}

function addressOf({ fields }: ReadRequest): string {
  return valueOf(fields, 'x-real-ip') ?? '';
}
