import type { Send } from '../support/client.ts';
import { handlers, readersOfIncoming } from './handlers.mjs';

export const names: readonly string[] = Object.keys(
  handlers({ upstream: '', addressOf: () => '' }),
);

/** Handlers for a server: not every server gives its app a stream of Node's. */
export function namesFor({ givesIncoming }: { readonly givesIncoming?: true }): readonly string[] {
  return names.filter((name) => givesIncoming === true || !(name in readersOfIncoming));
}

const SENT: readonly string[] = ['sent 2xx'];
const TOO_LARGE: readonly string[] = ['skipped body_too_large'];
const INCOMPLETE: readonly string[] = ['skipped body_incomplete'];
/** Used where the outcome depends on how much has arrived by then. */
const EITHER: readonly string[] = ['sent 2xx', 'skipped body_incomplete'];

/** How an app treats a body, and so what the outcome of the copy may be. */
type Treatment = 'reads it' | 'leaves it alone' | 'stops half-way' | 'reads incoming';

/** Handlers that are not listed read it. */
const TREATMENT: Readonly<Record<string, Treatment>> = {
  nothing: 'leaves it alone',
  'nothing, and no content': 'leaves it alone',
  'nothing, and events': 'leaves it alone',
  'an error': 'leaves it alone',
  'read after the response': 'leaves it alone',
  members: 'leaves it alone',
  'a cancel': 'stops half-way',
  'its first chunk, and a cancel': 'stops half-way',
  'its first chunk, and no more': 'stops half-way',
  // A body with a length is left alone; a chunked body is read up to the limit.
  'a limit that is reached': 'stops half-way',
  // It is left alone where the server's streams are not byte streams.
  'read into room of the reader': 'stops half-way',
  ...Object.fromEntries(
    Object.keys(readersOfIncoming).map((name) => [name, 'reads incoming' as const]),
  ),
};

interface Body {
  readonly request: Send;
  /** Possible outcomes of the copy, by treatment. */
  readonly outcomes: Readonly<Record<Treatment, readonly string[]>>;
  /** The body is so large that a server may close the connection before the client has sent it all. */
  readonly cut?: true;
}

const text = { 'content-type': 'text/x-plain; charset=latin1' };
const sized = {
  'reads it': SENT,
  'leaves it alone': SENT,
  'stops half-way': EITHER,
  'reads incoming': INCOMPLETE,
};
const chunked = {
  'reads it': SENT,
  'leaves it alone': EITHER,
  'stops half-way': EITHER,
  'reads incoming': INCOMPLETE,
};
const over = {
  'reads it': TOO_LARGE,
  'leaves it alone': TOO_LARGE,
  'stops half-way': TOO_LARGE,
  'reads incoming': TOO_LARGE,
};
/** A chunked body is known to be too large only after it has been read. */
const overInChunks = { ...over, 'reads incoming': INCOMPLETE };

const BODIES: Readonly<Record<string, Body>> = {
  'no body': { request: { method: 'GET', headers: text }, outcomes: sized },
  'a body of no byte': { request: { headers: text, body: '' }, outcomes: sized },
  'a short body': { request: { headers: text, body: 'abc'.repeat(100) }, outcomes: sized },
  'a body of 300 KB': {
    request: { headers: text, body: 'abcdef'.repeat(50_000) },
    outcomes: sized,
  },
  'short chunks': {
    request: { headers: text, body: 'abc'.repeat(100), chunks: 100 },
    outcomes: chunked,
  },
  'chunks of 300 KB': {
    request: { headers: text, body: 'abc'.repeat(100_000), chunks: 50_000 },
    outcomes: chunked,
    cut: true,
  },
  'a body over the limit': {
    request: { headers: text, body: 'abcdef'.repeat(100_000) },
    outcomes: over,
    cut: true,
  },
  'chunks over the limit': {
    request: { headers: text, body: 'abc'.repeat(200_000), chunks: 50_000 },
    outcomes: overInChunks,
    cut: true,
  },
};

const FORM: Body = {
  request: {
    headers: { 'content-type': 'multipart/form-data; boundary=X' },
    body:
      '--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' +
      '--X\r\nContent-Disposition: form-data; name="b"\r\n\r\ntwo\r\n--X--\r\n',
  },
  outcomes: sized,
};
const JSON_TEXT: Body = {
  request: { headers: { 'content-type': 'application/json' }, body: '{"a":[1,2,{"b":"c"}]}' },
  outcomes: sized,
};

/** Handlers that can parse only certain bodies. */
const TAKES: Readonly<Record<string, Readonly<Record<string, Body>>>> = {
  json: { JSON: JSON_TEXT },
  'form data': { 'a form': FORM },
  'parsed body': { 'a form': FORM },
  // On Bun, the type of a blob depends on how much of it has arrived.
  'blob, with its type': { 'a short body': BODIES['a short body']! },
  'blob, later': { 'a short body': BODIES['a short body']! },
};

/** Handlers that need a request with a body. */
const NEEDS_BODY = /^(?:a cancel|a tee|its first|an echo|blob|chunk|read chunk|read into)/;

const NO_BODY: ReadonlySet<string> = new Set(['no body', 'a body of no byte']);

export interface Case {
  readonly what: string;
  readonly request: Send;
  /** Expected: one of these. */
  readonly outcomes: readonly string[];
}

/** The requests that a handler is tried with. */
export function casesOf(handler: string): Case[] {
  const treatment = TREATMENT[handler] ?? 'reads it';
  return Object.entries(TAKES[handler] ?? BODIES)
    .filter(([what, { cut }]) => {
      if (what === 'no body' && NEEDS_BODY.test(handler)) return false;
      return treatment.startsWith('reads') || cut !== true;
    })
    .map(([what, { request, outcomes }]) => ({
      what,
      request: { method: 'POST', ...request },
      outcomes: NO_BODY.has(what) ? SENT : outcomes[treatment],
    }));
}
