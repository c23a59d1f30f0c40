import { afterEach, describe, expect, it, vi } from 'vitest';
import { NOWHERE } from '../../../../src/http/destination.ts';
import type { Outbound } from '../../../../src/http/messages.ts';
import { decodesOf } from '../../../../src/runtime/fetch/decodes.ts';

function accepting(value?: string): Outbound {
  return {
    destination: NOWHERE,
    target: '/',
    method: 'GET',
    headers: value === undefined ? [] : ['Accept-Encoding', value],
    body: null,
    timeouts: { connect: 0, send: 0, read: 0 },
  };
}

afterEach(() => vi.unstubAllGlobals());

/** As measured: no documentation tells. */
const CODINGS: Readonly<Record<string, Readonly<Record<string, boolean>>>> = {
  'Node.js/24': {
    gzip: true,
    'x-gzip': true,
    deflate: true,
    br: true,
    'gzip, br': true,
    'gzip, x': false,
  },
  'Bun/1.4.5': {
    gzip: true,
    'x-gzip': true,
    deflate: true,
    br: true,
    zstd: true,
    'gzip, br': false,
  },
  'Deno/2.9.6': { gzip: true, 'x-gzip': false, deflate: false, br: true, zstd: false },
  'Cloudflare-Workers': { gzip: true, deflate: false, br: true, zstd: false },
  other: { gzip: true, br: true, identity: false, 'x-unknown': false },
};

describe.each(Object.entries(CODINGS))('the fetch of %s', (runtime, codings) => {
  it.each(Object.entries(codings))('and %s: %s', (coding, decoded) => {
    const decodes = decodesOf(runtime);
    expect(decodes(coding, accepting('gzip, br'))).toBe(decoded);
    expect(decodes(coding, accepting())).toBe(decoded);
  });
});

it('Deno leaves the body to somebody who accepts no coding', () => {
  expect(decodesOf('Deno/2.9.6')('gzip', accepting(' Identity '))).toBe(false);
  expect(decodesOf('Deno/2.9.6')('gzip', accepting('identity, gzip'))).toBe(true);
  expect(decodesOf()('gzip', accepting('identity'))).toBe(true);
});

it.each([
  ['6.24.1', false],
  ['7.8.0', false],
  ['7.11.0', true],
  ['8.0.0', true],
])('Node with undici %s decodes zstd: %s', (undici, decoded) => {
  vi.stubGlobal('process', { versions: { undici } });
  expect(decodesOf()('zstd', accepting())).toBe(decoded);
});
