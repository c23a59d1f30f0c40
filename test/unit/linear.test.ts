import { describe, expect, it } from 'vitest';
import { checkDocument, parseDocument } from '../../src/config/document.ts';
import { parseJson } from '../../src/config/json.ts';
import { requestHeaders } from '../../src/exchange/request-headers.ts';
import { requestIds } from '../../src/request/ids.ts';
import { trustProxies } from '../../src/request/inbound.ts';
import { isAuthority } from '../../src/http/authority.ts';
import { parseAddress } from '../../src/http/cidr.ts';
import { namesUpgrade } from '../../src/http/websocket.ts';
import { type HeaderList, members, nominated, withoutHopByHop } from '../../src/http/fields.ts';
import { percentDecoded } from '../../src/http/percent.ts';
import { forwardTarget, matchPath, originForm } from '../../src/http/target.ts';
import { compileGlob } from '../../src/routes/patterns.ts';
import { buildPrefixTree } from '../../src/routes/radix.ts';
import { parseResponseHead } from '../../src/http1/client/parse-response-head.ts';
import { isPersistent } from '../../src/http1/fields.ts';
import { parseRequestHead } from '../../src/http1/server/parse-request-head.ts';
import { luaNumber } from '../../src/vars/operator.ts';
import { compileVariable } from '../../src/vars/variable.ts';
import { degree, LINEAR } from '../support/growth.ts';
import { request } from './routes/request.ts';

/** 0xA0, the second half of many letters in UTF-8: white space to `\s` and `trim()`, and none to HTTP. */
const NO_BREAK_SPACE = '\u00a0';

/** Texts of any length that are the costliest for something: runs of one kind, and then something else. */
const LISTS: readonly (readonly [what: string, text: (size: number) => string])[] = [
  ['0xA0 and a letter', (size) => `${NO_BREAK_SPACE.repeat(size)}x`],
  ['spaces and a letter', (size) => `${' '.repeat(size)}x`],
  ['a letter, spaces, a letter', (size) => `x${' '.repeat(size)}x`],
  ['tabs between commas', (size) => ',\t'.repeat(size / 2)],
  ['commas', (size) => ','.repeat(size)],
  ['members of one letter', (size) => 'a,'.repeat(size / 2)],
  ['a long member', (size) => 'a'.repeat(size)],
  ['members that begin well', (size) => 'close ,clos,'.repeat(size / 12)],
];

const NUMBERS: typeof LISTS = [
  ['digits and a letter', (size) => `${'1'.repeat(size)}x`],
  ['a point, digits and a letter', (size) => `.${'1'.repeat(size)}x`],
  ['an exponent and a letter', (size) => `1e${'1'.repeat(size)}x`],
  ['a long number', (size) => '1'.repeat(size)],
  ['a long fraction', (size) => `0.${'1'.repeat(size)}`],
  ['hexadecimal digits and a letter', (size) => `0x${'f'.repeat(size)}x`],
  ['spaces and a letter', (size) => `${' '.repeat(size)}x`],
  ['spaces, digits, spaces and a letter', (size) => `${' '.repeat(size)}1${' '.repeat(size)}x`],
];

const TARGETS: typeof LISTS = [
  ['steps up', (size) => '/..'.repeat(size / 3)],
  ['hidden steps up', (size) => '/%2e%2E'.repeat(size / 7)],
  ['steps down and up', (size) => '/a/..'.repeat(size / 5)],
  ['slashes', (size) => '/'.repeat(size)],
  ['backslashes', (size) => `/${'\\'.repeat(size)}`],
  ['escapes that are no UTF-8', (size) => `/${'%ff'.repeat(size / 3)}`],
  ['the same in segments', (size) => '/%ff'.repeat(size / 4)],
  ['halves of letters', (size) => `/${'%c3'.repeat(size / 3)}`],
  ['escapes without digits', (size) => `/${'%'.repeat(size)}`],
  ['a scheme without an end', (size) => 'a'.repeat(size)],
  ['an authority without an end', (size) => `http://${'a'.repeat(size)}`],
  ['fragments', (size) => `/${'#'.repeat(size)}`],
];

/** So many fields as fit, of one name and short values. */
const fields = (name: string, size: number): HeaderList =>
  Array.from({ length: size / 16 }, (_, i) => [name, `a${i}`]).flat();

const lines = (name: string, size: number): string =>
  fields(name, size)
    .map((text, i) => (i % 2 === 0 ? `${text}: ` : `${text}\r\n`))
    .join('');

const trust = trustProxies(['127.0.0.0/8', 'a0::/16']);
const idOf = requestIds(() => 'gateway');

const ROUTINES: readonly (readonly [
  what: string,
  inputs: typeof LISTS,
  work: (text: string) => unknown,
])[] = [
  ['members of a list', LISTS, members],
  ['nominated fields', LISTS, nominated],
  ['whether a connection is kept', LISTS, (text) => isPersistent(true, text)],
  ['whether Connection names Upgrade', LISTS, (text) => namesUpgrade(['connection', text])],
  [
    'the client in X-Forwarded-For',
    LISTS,
    (text) => trust.clientOf('127.0.0.1', ['x-forwarded-for', text]),
  ],
  ['fields without those of the connection', LISTS, (text) => withoutHopByHop(['te', text])],
  ['a request id', LISTS, (text) => idOf(['x-request-id', text])],
  ['an authority', LISTS, isAuthority],
  ['an address', [...LISTS, ['colons', (size) => ':'.repeat(size)]], parseAddress],
  [
    'a cookie',
    [
      ...LISTS,
      ['semicolons', (size) => ';'.repeat(size)],
      ['the name and spaces', (size) => `;${' '.repeat(40)}a`.repeat(size / 42)],
      ['a value of 0xA0', (size) => `a=${NO_BREAK_SPACE.repeat(size)}x`],
    ],
    (text) => compileVariable('cookie_a')(request('/', { headers: ['cookie', text] })),
  ],
  [
    'an argument',
    [...TARGETS, ['ampersands', (size) => '&'.repeat(size)]],
    (text) => compileVariable('arg_a')({ ...request('/'), query: `a=${text}` }),
  ],
  ['a number', NUMBERS, luaNumber],
  ['escapes', TARGETS, percentDecoded],
  ['the origin form', TARGETS, originForm],
  ['the target to be sent', TARGETS, forwardTarget],
  ['the path to be matched', TARGETS, matchPath],
  [
    'JSON that is none',
    [
      ['open brackets', (size) => '['.repeat(size)],
      ['open objects', (size) => '{"":'.repeat(size / 4)],
      ['a string without an end', (size) => `"${'\\"'.repeat(size / 2)}`],
      ['a long word', (size) => `[${'1'.repeat(size)}x]`],
      ['spaces', (size) => `${' '.repeat(size)}x`],
      ['many lines', (size) => `[${'1,\n'.repeat(size / 3)}x]`],
    ],
    parseJson,
  ],
  [
    'a document',
    [
      ['routes that are none', (size) => `{"routes":[${'1,'.repeat(size / 2)}1]}`],
      ['routes without ids', (size) => `{"routes":[${'{},'.repeat(size / 3)}{}]}`],
      ['numbers', (size) => `{"routes":[],"x":[${'0,'.repeat(size / 2)}0]}`],
      ['unknown names', (size) => `{"routes":[{${names(size)}}]}`],
      ['a long host', (size) => `{"routes":[{"host":"${'.'.repeat(size)}/"}]}`],
    ],
    (text) => {
      const document = parseDocument(text);
      return document.ok ? document : checkDocument(JSON.parse(text));
    },
  ],
  [
    'the head of a request',
    [
      ['many fields', (size) => `GET / HTTP/1.1\r\nHost: a\r\n${lines('Connection', size)}\r\n`],
      ['a long name', (size) => `GET / HTTP/1.1\r\n${'a'.repeat(size)}\r\n\r\n`],
      ['a long line', (size) => `GET /${'a'.repeat(size)} x\r\n\r\n`],
      ['a long method', (size) => `${'A'.repeat(size)}\r\n\r\n`],
      ['a long host', (size) => `GET / HTTP/1.1\r\nHost: ${'a.'.repeat(size / 2)}/\r\n\r\n`],
    ],
    (text) => caught(() => parseRequestHead(text, text.indexOf('\r\n\r\n'))),
  ],
  [
    'the head of a response',
    [
      ['0xA0 in Connection', (size) => `Connection: ${NO_BREAK_SPACE.repeat(size)}x\r\n`],
      ['many Connections', (size) => lines('Connection', size)],
      ['many fields that are nominated', (size) => `Connection: X\r\n${lines('X', size)}`],
      ['a name and spaces', (size) => `a${' '.repeat(size)}\r\n`],
      ['many names with a space', (size) => 'a :\r\n'.repeat(size / 5)],
      ['lines without a colon', (size) => 'aaaaaa\r\n'.repeat(size / 8)],
      ['colons', (size) => `a${':'.repeat(size)}\r\n`],
      ['how long it is kept', (size) => `Keep-Alive: ${'timeout='.repeat(size / 8)}x\r\n`],
    ],
    (sent) => {
      const text = `HTTP/1.1 200 OK\r\nContent-Length: 0\r\n${sent}\r\n`;
      return caught(() => parseResponseHead(text, text.indexOf('\r\n\r\n'), 'GET', false));
    },
  ],
  [
    'a glob with many stars',
    [
      ['what it begins with, over and over', (size) => `/${'a'.repeat(size)}`],
      ['all but the end', (size) => `/${'ab'.repeat(size / 2)}c`],
    ],
    compileGlob(`/*${'a*'.repeat(500)}aab*${'a'.repeat(300)}b`),
  ],
  [
    'a long path in a tree of prefixes',
    [['a path that all begin', (size) => '/a'.repeat(size / 2)]],
    (text) => TREE.longest(text),
  ],
];

const TREE = buildPrefixTree(
  new Map(Array.from({ length: 2000 }, (_, i) => ['/a'.repeat(i + 1), i])),
);

const names = (size: number) =>
  Array.from({ length: size / 16 }, (_, i) => `"${'n'.repeat(6)}${i}":1`).join(',');

function caught(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe.each(ROUTINES)('%s', (_, inputs, work) => {
  it.each(inputs)('costs in proportion: %s', (_what, text) => {
    const grown = degree((size) => {
      const input = text(size);
      return () => work(input);
    });
    expect(grown).toBeLessThan(LINEAR);
  });
});

describe('fields of a request', () => {
  const origin = trustProxies([]);
  it.each(['Connection', 'Keep-Alive', 'Forwarded', 'X-Forwarded-For', 'TE', 'X'])(
    'costs in proportion: many of the name %s',
    (name) => {
      const grown = degree((size) => {
        const headers = ['Connection', 'X', ...fields(name, size)];
        return () => requestHeaders(request('/', { headers }), 'a', origin);
      });
      expect(grown).toBeLessThan(LINEAR);
    },
  );
});
