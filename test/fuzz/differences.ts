import { METHODS } from 'node:http';
import type { LlhttpRequests, LlhttpResponse } from './read/llhttp.ts';
import { type Message, valueOf } from './read/message.ts';
import type { Reading, ReadRequest } from './read/request.ts';
import type { ResponseReading } from './read/response.ts';

/** An input that we accept and that llhttp, in its strict mode, reads differently or refuses. */
interface Difference<Seen> {
  readonly name: string;
  /** The rule, and the reason for our choice. */
  readonly reason: string;
  applies(seen: Seen): boolean;
}

/** A request that we accept, and llhttp's result. */
interface SeenRequest {
  /** The whole stream. */
  readonly bytes: string;
  readonly request: ReadRequest;
  readonly before: readonly ReadRequest[];
  readonly error: string | null;
}

// oxlint-disable-next-line no-control-regex
const CONTROL = /[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]/;
const TABBED = /(?:content-length|transfer-encoding):[^\r\n]*\t/i;
const TABBED_OPTION = /connection:[^\r\n]*\t/i;
const INVALID_FRAMING = /^HPE_INVALID_(?:CONTENT_LENGTH|TRANSFER_ENCODING)$/;
const FRAMING = /^(?:content-length|transfer-encoding|connection|proxy-connection)$/i;

export const REQUEST_DIFFERENCES: readonly Difference<SeenRequest>[] = [
  {
    name: 'a method that llhttp does not know',
    reason: 'RFC 9110 section 9.1: a method is any token, and a proxy forwards unknown methods',
    applies: ({ request, error }) =>
      error === 'HPE_INVALID_METHOD' && !METHODS.includes(request.line[0]),
  },
  {
    name: 'a method that llhttp takes for another protocol',
    reason: 'RFC 9110 section 9.1: PRI and SOURCE are tokens like any other if HTTP/1.1 follows',
    applies: ({ request, error }) => error !== null && /^(?:PRI|SOURCE)$/.test(request.line[0]),
  },
  {
    name: 'characters in a target that are invalid in a URL',
    reason:
      'RFC 9112 section 3.2 lets a server refuse them or not; nginx and we forward them unchanged, so that upstream and mirror see what the client sent',
    applies: ({ request, error }) =>
      error === 'HPE_INVALID_URL' && /[^!$%&'()*+,\-./\w:;=?@[\]~]/.test(request.line[1]),
  },
  {
    name: 'an authority in a target that llhttp does not know',
    reason:
      'RFC 3986 section 3.2.2: a name may contain sub-delims; llhttp accepts letters, digits and few other characters',
    applies: ({ request, error }) =>
      error === 'HPE_INVALID_URL' && /^https?:/i.test(request.line[1]),
  },
  {
    name: 'framing fields among trailers',
    reason:
      'RFC 9110 section 6.5.1: they frame nothing there; we drop them, llhttp reads them as fields of the head',
    applies: ({ request, before, error }) =>
      error !== null &&
      [request, ...before].some(({ trailers }) => trailers.some(([name]) => FRAMING.test(name))),
  },
  {
    name: 'a tab after a connection option',
    reason: 'RFC 9110 section 5.6.3: spaces and tabs around a value are not part of it',
    applies: ({ bytes, error }) => error === 'HPE_CLOSED_CONNECTION' && TABBED_OPTION.test(bytes),
  },
  {
    name: 'a tab after a length or a coding',
    reason: 'RFC 9110 section 5.6.3: spaces and tabs around a value are not part of it',
    applies: ({ bytes, error }) => INVALID_FRAMING.test(error ?? '') && TABBED.test(bytes),
  },
  {
    name: 'space within the extensions of a chunk',
    reason:
      'RFC 9112 section 7.1.1: a recipient accepts it, a sender must not generate it; we drop it with the extensions',
    applies: ({ error }) => error === 'HPE_STRICT',
  },
  {
    name: 'bytes after an offer to upgrade',
    reason:
      'RFC 9110 section 7.8: a server may ignore the offer, and the next request follows; node:http drops these bytes',
    applies: ({ before }) => before.some(({ fields }) => valueOf(fields, 'upgrade') !== null),
  },
  {
    name: 'Proxy-Connection, which llhttp believes',
    reason: 'RFC 9112 appendix C.2.2: it has no meaning, and is dropped',
    applies: ({ before }) =>
      before.some(({ fields }) => valueOf(fields, 'proxy-connection') !== null),
  },
];

/** A response that we forward, and llhttp's result. */
interface SeenResponse {
  readonly response: ResponseReading;
  readonly bytes: string;
  readonly theirs: LlhttpResponse;
}

export const RESPONSE_DIFFERENCES: readonly Difference<SeenResponse>[] = [
  {
    name: 'lines of a head that end in LF alone',
    reason:
      'RFC 9112 section 2.2: a recipient may accept a single LF as the end of a line; nginx does',
    applies: ({ bytes, theirs }) => theirs.error !== null && /[^\r]\n/.test(bytes),
  },
  {
    name: 'space before a colon',
    reason: 'RFC 9112 section 5.1: a proxy must remove it from a response',
    applies: ({ bytes, theirs }) =>
      theirs.error === 'HPE_INVALID_HEADER_TOKEN' && /[\t ]:/.test(bytes),
  },
  {
    name: 'control characters in a value',
    reason: 'RFC 9110 section 5.5: those other than CR, LF and NUL may be kept; nginx and we do',
    applies: ({ bytes, theirs }) =>
      theirs.error === 'HPE_INVALID_HEADER_TOKEN' && CONTROL.test(bytes),
  },
  {
    name: 'space after the size of a chunk, or within its extensions',
    reason: 'RFC 9112 section 7.1.1: servers pad their sizes, and a recipient accepts BWS',
    applies: ({ theirs }) =>
      theirs.message !== null && /^HPE_(?:STRICT|INVALID_CHUNK_SIZE)$/.test(theirs.error ?? ''),
  },
  {
    name: 'the same length several times',
    reason: 'RFC 9110 section 8.6: equal lengths may be read as one',
    applies: ({ response, theirs }) =>
      theirs.error !== null && lengthsOf(response).some((lengths) => lengths.length > 1),
  },
  {
    name: 'a length beside a coding',
    reason:
      'RFC 9112 section 6.3: the coding wins, the length is dropped and the connection closed',
    applies: ({ response, theirs }) =>
      theirs.error !== null &&
      marked(response, 'content-length') &&
      marked(response, 'transfer-encoding'),
  },
  {
    name: 'an invalid length where no body follows',
    reason:
      'RFC 9112 section 6.3: there is no body whatever the length says, and an invalid one is dropped',
    applies: ({ response, theirs }) =>
      theirs.error !== null &&
      isBodiless(response) &&
      (marked(response, 'content-length') || marked(response, 'transfer-encoding')),
  },
  {
    name: 'framing fields among trailers',
    reason:
      'RFC 9110 section 6.5.1: they frame nothing there; we drop them, llhttp reads them as fields of the head',
    applies: ({ response, theirs }) =>
      theirs.error !== null && response.body!.trailers.some(([name]) => FRAMING.test(name)),
  },
  {
    name: 'a tab after a length or a coding',
    reason: 'RFC 9110 section 5.6.3: spaces and tabs around a value are not part of it',
    applies: ({ bytes }) => TABBED.test(bytes),
  },
  {
    name: 'interim responses after which llhttp takes the connection as closed',
    reason:
      'RFC 9110 section 15.2: a final response follows an interim one, whatever its fields say',
    applies: ({ response, theirs }) =>
      theirs.error === 'HPE_CLOSED_CONNECTION' && response.interim.length > 0,
  },
];

/** The lengths in the final head and in each interim head. */
function lengthsOf({ head, interim }: ResponseReading): string[][] {
  return [head!, ...interim].map(({ fields }) =>
    (valueOf(fields, 'content-length') ?? '').split(','),
  );
}

function marked({ head, interim }: ResponseReading, name: string): boolean {
  return [head!, ...interim].some(({ fields }) => valueOf(fields, name) !== null);
}

function isBodiless({ head, interim }: ResponseReading): boolean {
  return interim.length > 0 || (typeof head!.extent === 'object' && head!.extent.length === 0);
}

/** How the two readers compare on one input: alike, a listed difference, or a finding. */
export type Comparison =
  | { readonly kind: 'alike' }
  | { readonly kind: 'listed'; readonly name: string }
  | { readonly kind: 'unlisted'; readonly what: string };

const ALIKE: Comparison = { kind: 'alike' };

/**
 * Compares the requests that we accept from a stream with those that llhttp accepts. Requests that we refuse are not
 * compared.
 */
export function compareRequests(
  bytes: string,
  { requests }: Reading,
  { requests: theirs, error }: LlhttpRequests,
): Comparison {
  for (const [i, request] of requests.entries()) {
    const other = theirs[i];
    if (other !== undefined && sameMessage(request, other)) continue;
    const seen = { bytes, request, before: requests.slice(0, i), error };
    const listed = REQUEST_DIFFERENCES.find((one) => one.applies(seen));
    if (listed !== undefined) return { kind: 'listed', name: listed.name };
    return { kind: 'unlisted', what: differenceText(request, other, error) };
  }
  return ALIKE;
}

/** The same for a response that is complete for us. */
export function compareResponses(
  response: ResponseReading,
  bytes: string,
  theirs: LlhttpResponse,
): Comparison {
  const ours: Message = { ...response.head!, ...response.body! };
  if (theirs.message !== null && theirs.isComplete && sameMessage(ours, theirs.message))
    return ALIKE;
  const seen = { response, bytes, theirs };
  const listed = RESPONSE_DIFFERENCES.find((one) => one.applies(seen));
  if (listed !== undefined) return { kind: 'listed', name: listed.name };
  return {
    kind: 'unlisted',
    what: differenceText(ours, theirs.message ?? undefined, theirs.error),
  };
}

function sameMessage(a: Message, b: Message): boolean {
  const text = ({ line, fields, body, trailers }: Message) =>
    JSON.stringify([line, fields, body, trailers]);
  return text(a) === text(b);
}

function differenceText(ours: Message, theirs: Message | undefined, error: string | null): string {
  if (theirs === undefined) return `llhttp does not read it: ${error ?? 'no error'}`;
  return `llhttp reads ${JSON.stringify(theirs)} (${error ?? 'no error'}), and we ${JSON.stringify(ours)}`;
}
