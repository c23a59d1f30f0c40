import { compareResponses } from '../differences.ts';
import type { Draw } from '../draw.ts';
import { cutAt, pieces } from '../mutate/cuts.ts';
import { mutated } from '../mutate/mutate.ts';
import { ALIKE, finding, type Input, type Part, REFUSED, type Verdict } from '../part.ts';
import { readWithLlhttp } from '../read/llhttp.ts';
import { elements, type Field, valueOf } from '../read/message.ts';
import { type ResponseHead, type ResponseReading, readResponse } from '../read/response.ts';
import { RESPONSES } from '../seeds/responses.ts';
import { Client, type Response } from './client.ts';
import { NEVER_TRAILERS } from './forwarded.ts';
import type { Script } from './script.ts';
import { PATIENCE_MS, type Stage } from './stage.ts';

/** Fields of the upstream's connection, which are not forwarded to the client. */
const NOT_PASSED: ReadonlySet<string> = new Set(
  [
    [
      'connection',
      'http2-settings',
      'keep-alive',
      'proxy-connection',
      'te',
      'transfer-encoding',
      'upgrade',
      'content-length',
    ],
  ].flat(),
);

interface Lane {
  client: Client;
  history: Input[];
}

/** Responses as an upstream may send them, with a mirror that sends others. */
export class Responses implements Part {
  readonly name = 'responses';
  readonly lanes = 48;
  readonly batch = 1500;
  patienceMs: number = PATIENCE_MS;
  readonly #stage: Stage;
  readonly #lanes = new Map<number, Lane>();
  #asked = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  make(draw: Draw): Input {
    const text = mutated(response(draw), 'response', draw);
    const method = draw.pick(['GET', 'GET', 'GET', 'GET', 'HEAD', 'PUT']);
    const end = draw.pick(['keep', 'keep', 'end', 'reset']);
    const version = draw.chance(0.05) ? '1.0' : '1.1';
    const mirror = mutated(response(draw), 'response', draw);
    return { pieces: pieces(text, draw), facts: { method, end, version, mirror } };
  }

  alive(): boolean {
    return this.#stage.alive;
  }

  history(lane: number): readonly Input[] {
    return this.#lanes.get(lane)?.history ?? [];
  }

  async run(input: Input, number: number | null): Promise<Verdict> {
    const { client, history } = this.#lane(number);
    history.push(input);
    const { pieces: sent, facts = {} } = input;
    const { method, version, script, closed } = planned(input);
    const bytes = sent.join('');
    const reading = readResponse(bytes, { method, closed });
    const target = `/${this.#asked++}.${Math.random()}`;
    const mirror = scriptOf([String(facts['mirror'] ?? 'HTTP/1.1 204 No\r\n\r\n')], method, 'keep');
    this.#stage.scripts.set(target, { upstream: script, mirror });
    const [theirs, what] = await Promise.all([
      readWithLlhttp(sent, method, closed),
      this.#ask(client, requestText(method, target, version), input, reading),
    ]);
    if (number === null || what !== null) client.destroy();
    if (what !== null) return finding(what);
    if (reading.end !== 'whole') return REFUSED;
    const compared = compareResponses(reading, bytes, theirs);
    if (compared.kind === 'unlisted') return finding(compared.what);
    return compared.kind === 'listed' ? compared : ALIKE;
  }

  async settle(): Promise<readonly string[]> {
    for (const { client } of this.#lanes.values()) client.destroy();
    this.#lanes.clear();
    return this.#stage.settle();
  }

  #lane(number: number | null): Lane {
    const kept = number === null ? undefined : this.#lanes.get(number);
    if (kept !== undefined && !kept.client.over && kept.history.length < 50) return kept;
    kept?.client.destroy();
    const lane = {
      client: new Client(this.#stage.gateway.port, this.#stage.address()),
      history: [],
    };
    if (number !== null) this.#lanes.set(number, lane);
    return lane;
  }

  async #ask(
    client: Client,
    request: string,
    input: Input,
    reading: ResponseReading,
  ): Promise<string | null> {
    const { method, version, breaks } = planned(input);
    await client.send([request]);
    const got = await client.response(method, this.patienceMs);
    if (got === null || got.head === null)
      return `no response, ${client.over ? 'and closed' : 'for long'}`;
    if (got.end !== 'whole' && !client.over)
      return `a response without end: ${JSON.stringify(client.rest.slice(0, 300))}`;
    const fault = breaks ? brokenFault(got, reading, version) : judge(got, reading, version);
    if (fault !== null) return fault;
    if (got.end === 'whole' && !got.head.persists && !(await client.closed(this.patienceMs)))
      return 'stays open, though it should close';
    return got.end !== 'whole' || client.rest === ''
      ? null
      : `says more than it should: ${JSON.stringify(client.rest)}`;
  }
}

function response(draw: Draw): string {
  return draw.pick(RESPONSES).replaceAll('{id}', draw.hex(16));
}

function requestText(method: string, target: string, version: string): string {
  const head = `${method} ${target} HTTP/${version}\r\nHost: a.example\r\nTE: trailers\r\nConnection: TE${version === '1.0' ? ', keep-alive' : ''}\r\n`;
  // A server may close a kept connection just when it is reused (RFC 9112 section 9.5): so only requests here that
  // may be sent twice.
  return method === 'PUT' ? `${head}Content-Length: 5\r\n\r\nhello` : `${head}\r\n`;
}

/** The upstream's behaviour, by the facts and the bytes of an input. */
function planned({ pieces: sent, facts = {} }: Input) {
  const method = String(facts['method'] ?? 'GET');
  const script = scriptOf(sent, method, (facts['end'] ?? 'keep') as Script['end']);
  return {
    method,
    version: String(facts['version'] ?? '1.1'),
    /** Whether the reader sees the end of the stream. */
    closed: script.end === 'end',
    /** Bytes may be lost on the way. */
    breaks: script.end === 'reset',
    script,
  };
}

function scriptOf(sent: readonly string[], method: string, wanted: Script['end']): Script {
  const bytes = sent.join('');
  const { at, end: read, head } = readResponse(bytes, { method, closed: false });
  return {
    // Surplus bytes are sent together with the response: later they could not be told from the next response.
    pieces: read === 'whole' ? joinedFrom(sent, at) : sent,
    // An incomplete response that could go on must be ended, or the client would wait forever.
    end: wanted === 'keep' && read === 'unfinished' ? 'end' : wanted,
    last: read !== 'whole' || !head!.persists || at < bytes.length,
  };
}

/** The pieces, with the piece that has the byte before `at` and all pieces after it joined. */
function joinedFrom(sent: readonly string[], at: number): string[] {
  const offsets: number[] = [];
  let offset = 0;
  for (const piece of sent) {
    offset += piece.length;
    if (offset < at) offsets.push(offset);
  }
  return cutAt(sent.join(''), offsets);
}

/** What a client must see of an upstream's response. */
function judge(got: Response, reading: ResponseReading, version: string): string | null {
  const { head, end, body } = reading;
  if (got.head!.status === 500 && head?.status !== 500)
    return 'status 500, from the gateway itself';
  if (head === null)
    return isOwn(got)
      ? null
      : `passed on what is no response (${reading.why}): ${JSON.stringify(got)}`;
  if (end !== 'whole') {
    if (isOwn(got) || got.end === 'unfinished') return null;
    // Here only the end of the connection tells.
    return version === '1.0' && got.head!.extent === 'close'
      ? null
      : `whole to the client, and ${end}: ${reading.why}`;
  }
  if (got.end !== 'whole') return `not whole: ${got.why}`;
  const [, status, reason] = head.line;
  if (got.head!.line[1] !== status || got.head!.line[2] !== reason)
    return `passed on as ${got.head!.line.join(' ')}`;
  if (got.body!.body !== body!.body) return `another body: ${JSON.stringify(got.body!.body)}`;
  const [passed, due] = [fieldsText(got.head!.fields, got.head!), fieldsText(head.fields, head)];
  if (passed !== due) return `other fields: ${passed}, not ${due}`;
  return interimFault(got.interim, reading.interim, version) ?? trailerFault(got, reading);
}

/** After a reset, sent bytes may be lost: the client must see a part of them, or one of our errors. */
function brokenFault(
  got: Response,
  { head, end, body }: ResponseReading,
  version: string,
): string | null {
  if (isOwn(got) || got.end !== 'whole') return null;
  if (version === '1.0' && got.head!.extent === 'close') return null;
  if (end !== 'whole' && head?.extent !== 'close') return 'whole to the client, and broken off';
  return got.head!.status === head!.status && (body === null || got.body!.body === body.body)
    ? null
    : 'another response';
}

/** The gateway's own 502 or 504. */
function isOwn({ head, body }: Response): boolean {
  const own = /^\{"error_msg":"50[24] [^"]+"\}\n$/.test(body?.body ?? '');
  return (head!.status === 502 || head!.status === 504) && (own || body?.body === '');
}

function fieldsText(fields: readonly Field[], head: ResponseHead): string {
  const named = elements(valueOf(head.fields, 'connection'));
  return JSON.stringify(
    fields.filter(([name]) => {
      const lower = name.toLowerCase();
      return !NOT_PASSED.has(lower) && (!named.includes(lower) || lower === 'host');
    }),
  );
}

/** A 100 goes once to a client that waits for it; other interim responses go to a client of HTTP/1.1 in order. */
function interimFault(
  got: readonly ResponseHead[],
  sent: readonly ResponseHead[],
  version: string,
): string | null {
  const text = (heads: readonly ResponseHead[]) =>
    heads
      .filter(({ status }) => status !== 100)
      .map((head) => `${head.line[1]} ${head.line[2]} ${fieldsText(head.fields, head)}`)
      .join();
  const due = version === '1.0' ? '' : text(sent);
  return text(got) === due ? null : `interim responses ${text(got)}, not ${due}`;
}

function trailerFault({ body }: Response, { body: sent }: ResponseReading): string | null {
  const known = sent!.trailers.map(([name, value]) => `${name}: ${value}`);
  const stray = body!.trailers.find(
    ([name, value]) => NEVER_TRAILERS.test(name) || !known.includes(`${name}: ${value}`),
  );
  return stray === undefined ? null : `a trailer ${stray.join(': ')}`;
}
