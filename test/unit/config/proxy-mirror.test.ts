import { describe, expect, it } from 'vitest';
import { adminText, under } from '../../../src/config/fault.ts';
import { quoted } from '../../../src/http/quoted.ts';
import { mirrorsOf } from '../../../src/config/proxy-mirror.ts';
import { checkProxyMirror } from './agree.ts';

const host = 'http://127.0.0.1:9797';
const PREFIX = 'failed to check the configuration of plugin proxy-mirror err: ';

function refusal(plugin: unknown): string {
  const checked = checkProxyMirror(plugin);
  if (checked.ok) return 'accepted';
  return adminText(under(['plugins', 'proxy-mirror'], checked.faults));
}

const property = (name: string) => `${PREFIX}property "${name}" validation failed: `;

describe("APISIX's texts", () => {
  it.each([
    [{ host: undefined }, `${PREFIX}property "host" is required`],
    [{ host: 1 }, `${property('host')}wrong type: expected string, got number`],
    [{ sample_ratio: 10 }, `${property('sample_ratio')}expected 10 to be at most 1`],
    [{ sample_ratio: 0 }, `${property('sample_ratio')}expected 0 to be at least 1e-05`],
    [{ sample_ratio: 1e-6 }, `${property('sample_ratio')}expected 1e-06 to be at least 1e-05`],
    [{ sample_ratio: '1' }, `${property('sample_ratio')}wrong type: expected number, got string`],
    [{ path: 1 }, `${property('path')}wrong type: expected string, got number`],
    [{ _meta: { x: 1 } }, `${property('_meta')}additional properties forbidden, found x`],
    [{ _meta: [] }, `${property('_meta')}wrong type: expected object, got array`],
    [
      { _meta: { disable: 1 } },
      `${property('_meta')}property "disable" validation failed: wrong type: expected boolean, got number`,
    ],
    [{ disable: 0 }, `${property('disable')}wrong type: expected boolean, got number`],
    [
      { disable: true },
      `${property('disable')}matches none of the enum values (expected false; to turn the plugin off, ` +
        'write "_meta": {"disable": true})',
    ],
    [
      { _meta: { filter: [['a', '=', 1]] } },
      "failed to validate the 'vars' expression: invalid operator '='",
    ],
    [
      { pass_host: 'rewrite' },
      `${PREFIX}\`upstream_host\` can't be empty when \`pass_host\` is \`rewrite\``,
    ],
  ])('%j', (extra, text) => {
    expect(refusal({ host, ...extra })).toBe(text);
  });

  it.each([
    ['http://a/'],
    ['ftp://a'],
    ['HTTP://a'],
    ['http://u:p@a'],
    ['127.0.0.1:1'],
    ['http://a/path'],
    ['http://a?b'],
    ['http://a\n'],
    ['http://'],
    ['http://[::g]'],
    ['http://[::::]'],
    ['http://a:'],
    [''],
  ])('host %j does not match', (value) => {
    const said = refusal({ host: value });
    const text = String.raw`failed to match pattern "^(http(s)?|grpc(s)?):\\/\\/([\\da-zA-Z.-]+|\\[[\\da-fA-F:]+\\])(:\\d+)?$" with `;
    expect(said.startsWith(property('host') + text + JSON.stringify(value))).toBe(true);
    expect(said).toContain(
      '(expected http://, https://, grpc:// or grpcs://, a host and optionally a port, no path: put a path in "path")',
    );
  });

  it.each([['http://a_b'], ['https://my_mirror.example:8080']])(
    'host %j is told about its underscore',
    (value) => {
      expect(refusal({ host: value })).toContain(
        ` with ${JSON.stringify(value)} (as in APISIX, the name of a mirror has no underscore: give it a name`,
      );
    },
  );

  it.each([['/'], [''], ['a'], ['/a?b'], ['/a&b'], ['/a\nb'], ['/a\u0000'], ['/a\u007f']])(
    'path %j does not match',
    (path) => {
      expect(refusal({ host, path })).toContain(
        `${property('path')}failed to match pattern "^/[^?&]+$" with ${quoted(path)} (expected "/"`,
      );
    },
  );

  it('path_concat_mode', () => {
    expect(refusal({ host, path_concat_mode: 'suffix' })).toBe(
      `${property('path_concat_mode')}matches none of the enum values (expected one of "replace", "prefix")`,
    );
  });
});

describe('refused here and not by APISIX', () => {
  it.each([
    [{ host: 'http://a:0' }, `${property('host')}invalid port 0`],
    [{ host: 'https://[::1]:99999' }, `${property('host')}invalid port 99999`],
    [{ hots: 'x' }, `${PREFIX}additional properties forbidden, found hots`],
    [{ enable: true }, `${PREFIX}additional properties forbidden, found enable`],
    [
      { _meta: { pre_function: 'return' } },
      'additional properties forbidden, found pre_function (no Lua',
    ],
    [{ _meta: { error_response: 'x' } }, 'additional properties forbidden, found error_response ('],
    [{ sample_key: 'nope' }, `${property('sample_key')}unknown variable 'nope'`],
    [{ sample_key: 1 }, `${property('sample_key')}wrong type: expected string, got number`],
    [{ pass_host: 'x' }, `${property('pass_host')}matches none of the enum values`],
    [{ timeout: 0 }, `${property('timeout')}expected 0 to be greater than 0`],
    [{ timeout: 3e6 }, `${property('timeout')}expected 3000000 to be at most 2147483`],
    [{ timeout: Infinity }, `${property('timeout')}wrong type: expected number, got Infinity`],
    [{ timeout: { connect: 1 } }, `${property('timeout')}wrong type: expected number, got object`],
    [{ max_body_size: -1 }, `${property('max_body_size')}expected -1 to be at least 0`],
    [
      { max_body_size: 1.5 },
      `${property('max_body_size')}wrong type: expected integer, got number`,
    ],
    [{ max_in_flight: 0 }, `${property('max_in_flight')}expected 0 to be at least 1`],
    [{ rate_limit: 0 }, `${property('rate_limit')}expected 0 to be greater than 0`],
    [{ breaker: true }, `${property('breaker')}wrong type: expected object or false, got boolean`],
    [
      { breaker: { open: 301 } },
      `${property('breaker')}property "open" validation failed: expected 301 to be at most 300`,
    ],
    [
      { breaker: { failures: 0 } },
      'property "failures" validation failed: expected 0 to be at least 1',
    ],
    [{ breaker: { opens: 1 } }, 'additional properties forbidden, found opens'],
    [{ compare: 1 }, `${property('compare')}wrong type: expected object or boolean, got number`],
    [
      { compare: { headers: { ignore: ['a'], only: ['b'] } } },
      'only one of ignore or only is allowed',
    ],
    [{ compare: { ignore: ['a'] } }, 'expected a JSON Pointer (RFC 6901)'],
    [{ compare: { baseline: 'http://a/b' } }, 'with "http://a/b"'],
    [{ compare: { baseline: 'mirror' } }, 'expected "primary", or the URL of another instance'],
    [{ compare: { baseline_ratio: 0 } }, 'expected 0 to be greater than 0'],
    [{ compare: { paths: [] } }, 'additional properties forbidden, found paths'],
    [{ redact: { headers: ['a b'] } }, 'expected the name of a header field'],
    [{ redact: { query: [''] } }, 'string too short'],
    [{ methods: ['FETCH'] }, 'matches none of the enum values'],
    [{ headers: [] }, `${property('headers')}wrong type: expected object, got array`],
    [{ headers: { replace: {} } }, 'additional properties forbidden, found replace'],
    [{ headers: { set: { 'a b': '1' } } }, 'invalid header name "a b"'],
    [{ headers: { set: { '': '1' } } }, 'invalid header name ""'],
    [{ headers: { add: { a: 'x\r\ny: z' } } }, 'invalid header value'],
    [{ headers: { add: { a: 'x\u0000' } } }, 'invalid header value'],
    [{ headers: { add: { a: '\u20ac' } } }, 'invalid header value'],
    [{ headers: { add: { a: ' x' } } }, 'invalid header value'],
    [{ headers: { add: { a: 1 } } }, 'wrong type: expected string, got number'],
    [{ headers: { set: { Host: 'a' } } }, 'use "pass_host" and "upstream_host"'],
    [{ headers: { remove: ['Content-Length'] } }, 'length of the recorded body'],
    [{ headers: { remove: ['X-Mirrored-By'] } }, 'amplifying'],
    [{ headers: { set: { Connection: 'x' } } }, 'belongs to one connection'],
    [{ headers: { set: { 'transfer-encoding': 'x' } } }, 'belongs to one connection'],
    [{ headers: { remove: ['te'] } }, 'belongs to one connection'],
    [{ headers: { remove: 'a' } }, 'wrong type: expected array, got string'],
    [{ mirrors: [{ host }] }, `${PREFIX}only one of host or mirrors is allowed`],
    [{ host: undefined, mirrors: [] }, 'expect array to have at least 1 items'],
    [{ host: undefined, mirrors: {} }, 'wrong type: expected array, got object'],
    [
      { host: undefined, mirrors: [{ host }, {}] },
      `${property('mirrors')}failed to validate item 2: property "host" is required`,
    ],
    [
      { host: undefined, mirrors: [{ host, mirrors: [] }] },
      `${property('mirrors')}failed to validate item 1: additional properties forbidden, found mirrors`,
    ],
    [
      { host: undefined, mirrors: [{ host, _meta: { filter: [['a', '=', 1]] } }] },
      "failed to validate the 'vars' expression: invalid operator '='",
    ],
    [
      { host: undefined, pass_host: 'rewrite', mirrors: [{ host }] },
      `${PREFIX}\`upstream_host\` can't be empty`,
    ],
    [
      { host: undefined, mirrors: ['http://a'] },
      `${property('mirrors')}failed to validate item 1: wrong type: expected object, got string`,
    ],
  ])('%j', (extra, text) => {
    expect(refusal({ host, ...extra })).toContain(text);
  });
});

describe('what is accepted', () => {
  it.each([
    [{}],
    [{ host: 'http://[::1]:202' }],
    [{ host: 'https://a-b.Example.com:65535' }],
    [{ path: '/a#b c%20d', path_concat_mode: 'prefix', sample_ratio: 0.00001 }],
    [{ _meta: { disable: false, priority: 5, filter: [['arg_a', '==', '1']] } }],
    [{ disable: false }],
    [{ sample_key: 'http_x_user' }],
    [{ sample_key: 'cookie_sid' }],
    [{ sample_key: 'remote_addr' }],
    [{ pass_host: 'rewrite', upstream_host: 'a.example' }],
    [
      {
        headers: {
          set: { 'X-Copy': '1', 'x-empty': '' },
          add: { via: 'a\tb \u00e9' },
          remove: ['cookie'],
        },
      },
    ],
    [{ timeout: 0.5, max_body_size: 0, max_in_flight: 1, rate_limit: 0.5 }],
    [{ breaker: false }],
    [{ methods: [] }],
    [{ compare: false }],
    [{ compare: {} }],
    [{ compare: { headers: { only: [] }, baseline: 'https://old.example:8443' } }],
    [{ redact: {} }],
    [{ redact: { headers: ['a'], copy: true } }],
    [{ redact: { json: ['/a'], copy: false } }],
    [{ breaker: {} }],
    [{ breaker: { failures: 1, open: 0.5 } }],
    [{ host: undefined, upstream_host: 'a', mirrors: [{ host, pass_host: 'rewrite' }] }],
    [{ host: undefined, pass_host: 'rewrite', mirrors: [{ host, upstream_host: 'a' }] }],
    [{ host: undefined, sample_ratio: 0.5, mirrors: [{ host }, { host, sample_ratio: 1 }] }],
  ])('%j', (extra) => {
    expect(refusal({ host, ...extra })).toBe('accepted');
  });

  it('comes back as the same object', () => {
    const plugin = { host, timeout: 1 };
    const checked = checkProxyMirror(plugin);
    expect(checked.ok && checked.value).toBe(plugin);
    expect(plugin).toEqual({ host, timeout: 1 });
  });
});

describe('a disabled plugin', () => {
  it.each([
    [{ _meta: { disable: true } }],
    [{ _meta: { disable: true }, host: 5, nonsense: true, mirrors: 'x' }],
    [{ mirrors: [{ _meta: { disable: true } }] }],
  ])('%j is accepted as in APISIX', (plugin) => {
    expect(refusal(plugin)).toBe('accepted');
  });

  it('still has its filter checked', () => {
    expect(refusal({ _meta: { disable: true, filter: [['a', '=', 1]] } })).toBe(
      "failed to validate the 'vars' expression: invalid operator '='",
    );
  });

  it.each([['true'], [1]])('disable: %j does not disable', (disable) => {
    expect(refusal({ _meta: { disable } })).toContain('property "host" is required');
  });
});

it.each([[null], ['x'], [[]]])('%j is no plugin configuration', (value) => {
  expect(refusal(value)).toMatch(/wrong type: expected object, got/);
});

describe('mirrorsOf', () => {
  it.each([
    [{ host, timeout: 1 }, [{ host, timeout: 1, name: host }]],
    [
      { timeout: 1, mirrors: [{ host: 'http://a' }, { host: 'http://b', timeout: 2 }] },
      [
        { timeout: 1, host: 'http://a', name: 'http://a' },
        { timeout: 2, host: 'http://b', name: 'http://b' },
      ],
    ],
    [
      { _meta: { disable: true }, mirrors: [{ host, _meta: { priority: 1 } }, { host }] },
      [
        { host, _meta: { disable: true, priority: 1 }, name: host },
        { host, _meta: { disable: true }, name: `${host}/#2` },
      ],
    ],
  ])('%j', (plugin, mirrors) => {
    expect(mirrorsOf(plugin)).toEqual(mirrors);
  });
});
