import { response, type Case, gets, needing, ok, USUAL } from '../case.ts';

const HINTS = 'HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n';

/** Interim responses before the final one (RFC 9110 section 15.2). */
const INTERIM: Readonly<Record<string, readonly string[]>> = {
  'response 100 before the final one': ['HTTP/1.1 100 Continue\r\n\r\n'],
  'response 102 before the final one': ['HTTP/1.1 102 Processing\r\n\r\n'],
  'response 103 before the final one': [HINTS],
  'responses 103 and 100 before the final one': [
    'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n',
  ],
};

/** Further interim responses; a runtime that does not understand them breaks the cases after them. */
const FURTHER: readonly Case[] = [
  afterInterim('responses 103 before the final one, one after another', [
    'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nlink: </b>\r\nX-Z: 1\r\nX-A: caf\xe9\r\n\r\n',
    'HTTP/1.1 103 Some More\r\nLink: </c>\r\n\r\n',
  ]),
  afterInterim('responses of unknown 1xx statuses before the final one', [
    'HTTP/1.1 104 \r\n\r\nHTTP/1.1 199 Odd\r\nX-A: 1\r\n\r\n',
  ]),
  afterInterim('responses 100 before the final one, two of them', [
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n',
  ]),
  afterInterim('response 103 with fields of its connection', [
    'HTTP/1.1 103 Early Hints\r\nConnection: X-Hop\r\nX-Hop: 1\r\nContent-Length: 5\r\n' +
      'Keep-Alive: timeout=5\r\nX-Stays: 1\r\n\r\n',
  ]),
  afterInterim('response 103 to HEAD', [HINTS], { method: 'HEAD' }),
  afterInterim('response 103 to POST', [HINTS], {
    method: 'POST',
    fields: ['Content-Length: 4'],
    body: 'body',
  }),
  afterInterim('response 103 to HTTP/1.0', [HINTS], { version: 'HTTP/1.0' }),
];

function afterInterim(name: string, interim: readonly string[], parts: Parts = {}): Case {
  const head = response('HTTP/1.1 200 OK', [...USUAL, 'Content-Length: 2']);
  const final = parts.method === 'HEAD' ? head : ok();
  return gets(name, { ...final, segments: [...interim, ...final.segments] }, parts);
}

type Parts = NonNullable<Parameters<typeof gets>[2]>;

export const interim: readonly Case[] = [
  ...Object.entries(INTERIM).map(([name, heads]) => afterInterim(name, heads)),
  ...FURTHER.map((exchange) => needing('interimFromUpstream', exchange)),
];
