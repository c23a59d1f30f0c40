import { setImmediate as turn } from 'node:timers/promises';
import { compareRequests } from '../differences.ts';
import type { Draw } from '../draw.ts';
import { pieces } from '../mutate/cuts.ts';
import { mutated } from '../mutate/mutate.ts';
import { ALIKE, finding, type Input, LEFT, type Part, REFUSED, type Verdict } from '../part.ts';
import { LlhttpServer } from '../read/llhttp.ts';
import { valueOf } from '../read/message.ts';
import { type Reading, type ReadRequest, readRequests } from '../read/request.ts';
import { routed } from '../read/target.ts';
import { REQUESTS } from '../seeds/requests.ts';
import { Client, type Response } from './client.ts';
import { forwardOf, textOf } from './forwarded.ts';
import { PATIENCE_MS, type Stage } from './stage.ts';

/** What begins so is handed to node:http2, which has no response for what is wrong with it. */
const HTTP2 = 'PRI * HTTP/2.0\r';

/** The most inputs that one connection carries: a finding may need all of them. */
const MAX_HISTORY = 50;

interface Lane {
  client: Client | null;
  history: Input[];
}

/** Streams of requests, as a client may send them. */
export class Requests implements Part {
  readonly name = 'requests';
  readonly lanes = 48;
  readonly batch = 1500;
  patienceMs: number = PATIENCE_MS;
  readonly #stage: Stage;
  readonly #llhttp = new LlhttpServer();
  readonly #lanes = new Map<number, Lane>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  make(draw: Draw): Input {
    let stream = '';
    for (let left = draw.few(1, 5); left > 0; left--)
      stream += draw.pick(REQUESTS).replaceAll('{id}', draw.hex(16));
    const text = mutated(stream, 'request', draw);
    const way = draw.next();
    const leaves = way < 0.04 ? 'at once' : way < 0.08 ? 'half' : '';
    return { pieces: pieces(text, draw), facts: { leaves } };
  }

  alive(): boolean {
    return this.#stage.alive;
  }

  history(lane: number): readonly Input[] {
    return this.#lanes.get(lane)?.history ?? [];
  }

  async run(input: Input, number: number | null): Promise<Verdict> {
    const lane = (number === null ? null : this.#lanes.get(number)) ?? {
      client: null,
      history: [],
    };
    if (number !== null) this.#lanes.set(number, lane);
    const { client } = lane;
    if (client === null || client.over || lane.history.length >= MAX_HISTORY) {
      client?.destroy();
      lane.client = new Client(this.#stage.gateway.port, this.#stage.address());
      lane.history = [];
    }
    lane.history.push(input);
    const verdict = await this.#exchange(lane.client!, input);
    if (number === null || verdict.kind === 'finding') lane.client!.destroy();
    return verdict;
  }

  async settle(): Promise<readonly string[]> {
    for (const { client } of this.#lanes.values()) client?.destroy();
    this.#lanes.clear();
    return this.#stage.settle();
  }

  async #exchange(client: Client, { pieces: sent, facts = {} }: Input): Promise<Verdict> {
    const bytes = sent.join('');
    const reading = readRequests(bytes);
    if (facts['leaves']) return this.#leave(client, sent, reading, facts['leaves'] === 'half');
    if (bytes.startsWith(HTTP2)) {
      await client.send(sent);
      client.destroy();
      return REFUSED;
    }
    const [theirs, what] = await Promise.all([
      this.#llhttp.read(sent),
      Promise.all([this.#converse(client, reading), client.send(sent)]).then(([fault]) => fault),
    ]);
    if (what !== null) return finding(what);
    const compared = compareRequests(bytes, reading, theirs);
    if (compared.kind === 'unlisted') return finding(compared.what);
    if (reading.end === 'broken') return REFUSED;
    return compared.kind === 'listed' ? compared : ALIKE;
  }

  /** Leaves before there is a response. What happened to the requests is checked with the whole batch. */
  async #leave(
    client: Client,
    sent: readonly string[],
    reading: Reading,
    half: boolean,
  ): Promise<Verdict> {
    for (const request of reading.requests)
      this.#stage.ledger.possible(client.address, this.#forward(request, client));
    await client.send(sent);
    await turn();
    if (half && !(await client.end(this.patienceMs))) return finding('does not close for who left');
    client.destroy();
    return LEFT;
  }

  /** Reads the responses, and returns what is wrong with them. */
  async #converse(client: Client, reading: Reading): Promise<string | null> {
    for (const request of reading.requests) {
      const response = await client.response(request.line[0], this.patienceMs);
      if (response?.end !== 'whole')
        return `no response to ${request.line.join(' ')}: ${shown(response, client)}`;
      const fault = this.#judge(client, request, response);
      if (fault !== null) return fault;
      if (!request.persists || (mayClose(request) && !response.head!.persists)) {
        if (!(await client.closed(this.patienceMs))) return 'stays open, though it should close';
        return client.rest === ''
          ? null
          : `says more than it should: ${JSON.stringify(client.rest)}`;
      }
    }
    if (reading.end === 'clean') return null;
    return this.#endOf(client, reading);
  }

  /** After all complete requests: an error response, or nothing. */
  async #endOf(client: Client, { end, why, begun }: Reading): Promise<string | null> {
    if (end === 'unfinished' && !(await client.end(this.patienceMs)))
      return 'does not close for who left';
    if (end === 'broken' && !(await client.closed(this.patienceMs)))
      return `does not refuse: ${why}`;
    const response = await client.response(begun?.line[0] ?? 'GET', this.patienceMs);
    if (response === null || response.head === null)
      return end === 'unfinished' ? null : `no refusal, but ${shown(response, client)}: ${why}`;
    const refused =
      response.end === 'whole' && response.head.status >= 400 && response.head.status !== 500;
    if (!refused) return `no refusal, but ${shown(response, client)}: ${why}`;
    return client.rest === '' ? null : `says more than it should: ${JSON.stringify(client.rest)}`;
  }

  #judge(client: Client, request: ReadRequest, { head, body, interim }: Response): string | null {
    const expects = valueOf(request.fields, 'expect') !== null;
    if (interim.length > (expects ? 1 : 0)) return 'an interim response that nobody expects';
    if (ownOf(request)) return ownFault(head!.status);
    const text = this.#forward(request, client);
    this.#stage.ledger.due(client.address, text, isCopied(request));
    const serial = valueOf(head!.fields, 'x-serial');
    if (head!.status !== 200 || serial === null)
      return `not the upstream's response: ${head!.line.join(' ')}`;
    if (request.line[0] !== 'HEAD' && body!.body !== `<${serial}>`)
      return `a body that is not the upstream's: ${body!.body}`;
    const arrived = this.#stage.arrivedAs(Number(serial));
    if (arrived !== text) return `the upstream got ${arrived}, and should ${text}`;
    return null;
  }

  #forward(request: ReadRequest, { address }: Client): string {
    const { gateway, node } = this.#stage;
    return textOf(forwardOf(request, { address, port: gateway.port, node }));
  }
}

/** True for requests that the gateway itself responds to: without a route, or to its control plane. */
function ownOf({ line: [, target] }: ReadRequest): boolean {
  const path = routed(target);
  return path === '*' || path === '/apisix' || path.startsWith('/apisix/');
}

/** True where the gateway may not know the end of the request, or a client of HTTP/1.0 the end of the response. */
function mayClose(request: ReadRequest): boolean {
  return ownOf(request) || request.line[2] === 'HTTP/1.0';
}

function ownFault(status: number): string | null {
  const known = [200, 400, 401, 404, 405, 501].includes(status);
  return known ? null : `status ${status}, from the gateway itself`;
}

function isCopied({ fields }: ReadRequest): boolean {
  const upgrade = fields.find(([name]) => name.toLowerCase() === 'upgrade')?.[1] ?? '';
  return valueOf(fields, 'x-mirrored-by') === null && !/websocket/i.test(upgrade);
}

function shown(response: Response | null, client: Client): string {
  if (response === null) return client.over ? 'closed' : 'nothing';
  return JSON.stringify(client.rest.slice(0, 500)) + (client.over ? ' and closed' : '');
}
