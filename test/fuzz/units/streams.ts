import { ResponseParser } from '../../../src/http1/client/response-parser.ts';
import { ProtocolError } from '../../../src/http1/errors.ts';
import { RequestParser } from '../../../src/http1/server/request-parser.ts';
import type { Draw } from '../draw.ts';
import { pieces } from '../mutate/cuts.ts';
import { mutated } from '../mutate/mutate.ts';
import { ALIKE, finding, type Input, type Part, REFUSED, type Verdict } from '../part.ts';
import type { Field } from '../read/message.ts';
import { readRequests } from '../read/request.ts';
import { readResponse } from '../read/response.ts';
import { originOf } from '../read/target.ts';
import { REQUESTS } from '../seeds/requests.ts';
import { RESPONSES } from '../seeds/responses.ts';

/** The events that a parser reported for a stream. */
interface Reported {
  readonly messages: { head: string; body: string; isComplete: boolean; trailers: string }[];
  refused: boolean;
}

/** Our parsers alone: they must report the same for all cuts, and the same as our own reader. */
export class Streams implements Part {
  readonly name = 'streams';
  readonly lanes = 1;
  readonly batch = 5000;

  make(draw: Draw): Input {
    if (draw.chance(0.5)) {
      let text = '';
      for (let left = draw.few(1, 3); left > 0; left--)
        text += draw.pick(REQUESTS).replaceAll('{id}', draw.hex(4));
      return { pieces: pieces(mutated(text, 'request', draw), draw), facts: { side: 'request' } };
    }
    const text = mutated(draw.pick(RESPONSES).replaceAll('{id}', draw.hex(4)), 'response', draw);
    const facts = { side: 'response', method: draw.pick(['GET', 'GET', 'HEAD']) };
    return { pieces: pieces(text, draw), facts };
  }

  run({ pieces: cut, facts = {} }: Input): Verdict {
    const text = cut.join('');
    const method = String(facts['method'] ?? 'GET');
    const read =
      facts['side'] === 'response'
        ? (parts: readonly string[]) => toldOfResponse(parts, method)
        : toldOfRequests;
    const uncut = read([text]);
    for (const parts of [cut, [...text]]) {
      const other = read(parts);
      if (JSON.stringify(other) === JSON.stringify(uncut)) continue;
      return finding(
        `${differing(parts)}: ${JSON.stringify(other)}, and whole ${JSON.stringify(uncut)}`,
      );
    }
    const fault =
      facts['side'] === 'response' ? responseFault(text, method, uncut) : requestFault(text, uncut);
    if (fault !== null) return finding(fault);
    return uncut.refused ? REFUSED : ALIKE;
  }
}

function differing(parts: readonly string[]): string {
  return parts.every((part) => part.length === 1) ? 'byte by byte' : 'in pieces';
}

function toldOfRequests(parts: readonly string[]): Reported {
  const reported: Reported = { messages: [], refused: false };
  const parser = new RequestParser({
    head: ({ method, target, headers, framing }) => {
      const head = JSON.stringify([method, target, headers]);
      reported.messages.push({ head, body: '', isComplete: framing.kind === 'none', trailers: '' });
    },
    data: (bytes) => (reported.messages.at(-1)!.body += bytes.toString('latin1')),
    end: (trailers) =>
      Object.assign(reported.messages.at(-1)!, { isComplete: true, trailers: textOf(trailers) }),
  });
  return pushed(reported, parts, (bytes) => {
    parser.push(bytes);
    while (parser.isComplete) parser.next();
  });
}

function toldOfResponse(parts: readonly string[], method: string): Reported {
  const reported: Reported = { messages: [], refused: false };
  const parser = new ResponseParser({
    head: ({ status, reason, keepAlive }) => {
      const head = JSON.stringify([status, reason, keepAlive]);
      reported.messages.push({ head, body: '', isComplete: status < 200, trailers: '' });
    },
    data: (bytes) => (reported.messages.at(-1)!.body += bytes.toString('latin1')),
    end: (trailers) =>
      Object.assign(reported.messages.at(-1)!, { isComplete: true, trailers: textOf(trailers) }),
  });
  parser.expect(method);
  const result = pushed(reported, parts, (bytes) => parser.push(bytes));
  if (!result.refused) parser.close();
  return result;
}

function pushed(
  reported: Reported,
  parts: readonly string[],
  push: (bytes: Buffer) => void,
): Reported {
  try {
    for (const part of parts) push(Buffer.from(part, 'latin1'));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    reported.refused = true;
    // How much of the body was reported before the error depends on the cuts.
    const last = reported.messages.at(-1);
    if (last?.isComplete === false) last.body = '';
  }
  return reported;
}

function textOf(trailers: readonly string[] | null): string {
  return JSON.stringify(trailers ?? []);
}

function requestFault(text: string, { messages, refused }: Reported): string | null {
  const { requests, end, why } = readRequests(text);
  for (const [i, { line, fields, authority, body }] of requests.entries()) {
    const message = messages[i];
    const head = JSON.stringify([line[0], originOf(line[1]), withHost(fields, authority)]);
    if (message?.isComplete !== true || message.head !== head || message.body !== body)
      return `told ${JSON.stringify(message)}, and not ${head} with ${JSON.stringify(body)}`;
  }
  // Bytes after a request that ends the connection are ignored.
  if (requests.at(-1)?.persists === false) return null;
  if (end === 'broken' && !refused) return `does not refuse: ${why}`;
  if (end === 'clean' && refused) return 'refuses what is right';
  if (messages.filter(({ isComplete }) => isComplete).length > requests.length)
    return 'tells of more requests than there are';
  return null;
}

/** Host must match the target, where that names a host. */
function withHost(fields: readonly Field[], authority: string): string[] {
  const isHost = ([name]: Field) => name.toLowerCase() === 'host';
  if (authority === '' || fields.some(isHost))
    return fields.flatMap((field) => [field[0], isHost(field) ? authority : field[1]]);
  return ['Host', authority, ...fields.flat()];
}

function responseFault(
  text: string,
  method: string,
  { messages, refused }: Reported,
): string | null {
  const { interim, head, body, end, why } = readResponse(text, { method, closed: true });
  // The parser does not know whether the request asked for an upgrade.
  if (why === 'an upgrade that nobody asked for') return null;
  const final = messages[interim.length];
  if (end === 'broken' && !refused && final?.isComplete === true) return `does not refuse: ${why}`;
  if (end !== 'whole') return null;
  const { line, status, persists } = head!;
  const due = JSON.stringify([status, line[2], persists]);
  if (final?.isComplete !== true || final.head !== due || final.body !== body!.body)
    return `told ${JSON.stringify(final)}, and not ${due} with ${JSON.stringify(body!.body)}`;
  return null;
}
