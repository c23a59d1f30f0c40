import { expect, it } from 'vitest';
import { send } from '../../support/client.ts';
import { KEY } from '../../runtimes/runtime.ts';
import { route } from '../../support/origin.ts';
import { type AdminContext, KEPT, ask, unchanged } from './context.ts';

const PLUGIN = 'failed to check the configuration of plugin proxy-mirror err: ';
const HOST_HINT = /https:\/\/, grpc:\/\/ or grpcs:\/\/, a host and optionally a port, no path/;
const PATH_HINT = /"\/" and at least one more character/;

interface Refusal {
  readonly what: string;
  readonly plugin?: object;
  /** Merged into the route; `undefined` removes a field. */
  readonly route?: object;
  /** How the message begins. */
  readonly begins: string;
  /** The advice in the message. */
  readonly hint: RegExp;
}

const HOST = `${PLUGIN}property "host" validation failed: `;
const RATIO = `${PLUGIN}property "sample_ratio" validation failed: `;
const PATH = `${PLUGIN}property "path" validation failed: failed to match pattern`;
const hosts = [
  '127.0.0.1:9797',
  'http://a/b',
  'http://a/',
  'ftp://a',
  'http://a:x',
  'HTTP://a',
  '',
];

const REFUSALS: readonly Refusal[] = [
  ...hosts.map((host) => ({
    what: `host ${JSON.stringify(host)}`,
    plugin: { host },
    begins: `${HOST}failed to match pattern`,
    hint: HOST_HINT,
  })),
  {
    what: 'port 0',
    plugin: { host: 'http://a:0' },
    begins: HOST,
    hint: /invalid port 0 \(expected 1 to 65535\)/,
  },
  {
    what: 'port 99999',
    plugin: { host: 'http://a:99999' },
    begins: HOST,
    hint: /invalid port 99999 \(expected 1 to 65535\)/,
  },
  {
    what: 'no host',
    plugin: { host: undefined },
    begins: PLUGIN,
    hint: /property "host" is required/,
  },
  {
    what: 'sample_ratio 0',
    plugin: { sample_ratio: 0 },
    begins: RATIO,
    hint: /expected 0 to be at least 1e-05/,
  },
  {
    what: 'sample_ratio 10',
    plugin: { sample_ratio: 10 },
    begins: RATIO,
    hint: /expected 10 to be at most 1/,
  },
  {
    what: 'sample_ratio "x"',
    plugin: { sample_ratio: 'x' },
    begins: RATIO,
    hint: /expected number, got string/,
  },
  { what: 'path "a"', plugin: { path: 'a' }, begins: PATH, hint: PATH_HINT },
  { what: 'path "/a?x"', plugin: { path: '/a?x' }, begins: PATH, hint: PATH_HINT },
  {
    what: 'an unknown attribute',
    plugin: { sample_ration: 0.1 },
    begins: PLUGIN,
    hint: /additional properties forbidden, found sample_ration/,
  },
  {
    what: 'an unknown plugin',
    route: { plugins: { 'limit-count': {} } },
    begins: 'unknown plugin [limit-count]',
    hint: /limit-count/,
  },
  {
    what: 'both uri and uris',
    route: { uris: ['/b'] },
    begins: 'invalid configuration: ',
    hint: /give either "uri" or "uris"/,
  },
  {
    what: 'neither uri nor uris',
    route: { uri: undefined },
    begins: 'invalid configuration: ',
    hint: /"uri".*"uris".*a route needs one of them/,
  },
  {
    what: 'an unknown field',
    route: { pluginz: {} },
    begins: 'invalid configuration: ',
    hint: /additional properties forbidden, found pluginz/,
  },
  { what: 'a list', route: [] as object, begins: 'invalid configuration: ', hint: /expected/ },
];

/** Control characters for a terminal, direction marks, line separators, and far too much text. */
const HOSTILE = `\u202e\x1b[2J\n\x9b\u2028${'x'.repeat(5000)}`;

const config = (more: object) => ({ uri: '/refused', plugins: {}, ...more });
const vars = (...rule: readonly unknown[]) => config({ vars: [rule] });
const PUT = { method: 'PUT', path: `routes/${KEPT}` };

const QUOTED: readonly { what: string; method: string; path: string; body?: object }[] = [
  { ...PUT, what: 'a variable', body: vars(HOSTILE, '==', '1') },
  { ...PUT, what: 'an argument of the body', body: vars(`post_arg_${HOSTILE}`, '==', '1') },
  { ...PUT, what: 'an operator', body: vars('uri', HOSTILE, '1') },
  { ...PUT, what: 'an operator that is no text', body: vars('uri', [HOSTILE], '1') },
  { ...PUT, what: 'a pattern', body: vars('uri', '~~', `(${HOSTILE}`) },
  { ...PUT, what: 'a pattern that refers back', body: vars('uri', '~~', `(${HOSTILE})\\1`) },
  { ...PUT, what: 'an operand', body: vars('uri', '>', HOSTILE) },
  { ...PUT, what: 'a list for a number', body: vars('uri', '>', [HOSTILE]) },
  { ...PUT, what: 'an address', body: vars('remote_addr', 'ipmatch', HOSTILE) },
  { ...PUT, what: 'the name of a field', body: config({ [HOSTILE]: 1 }) },
  { ...PUT, what: 'the name of a plugin', body: config({ plugins: { [HOSTILE]: {} } }) },
  { ...PUT, what: 'what a plugin holds', body: config({ plugins: { 'proxy-mirror': HOSTILE } }) },
  { ...PUT, what: 'a mirror', body: config({ plugins: { 'proxy-mirror': { host: HOSTILE } } }) },
  {
    ...PUT,
    what: 'a field of a copy',
    body: config({
      plugins: { 'proxy-mirror': { host: 'http://a', headers: { set: { [HOSTILE]: '1' } } } },
    }),
  },
  { ...PUT, what: 'a host', body: config({ host: HOSTILE }) },
  { ...PUT, what: 'a label', body: config({ labels: { [HOSTILE]: 1 } }) },
  { ...PUT, what: 'a node', body: config({ upstream: { nodes: { [HOSTILE]: 1 } } }) },
  {
    ...PUT,
    what: 'the host of a node',
    body: config({ upstream: { nodes: [{ host: HOSTILE, port: 1, weight: 1 }] } }),
  },
  {
    method: 'DELETE',
    path: `routes/${KEPT}/${encodeURIComponent(HOSTILE.slice(0, 1000))}`,
    what: 'a sub-path',
  },
  {
    method: 'GET',
    path: encodeURIComponent(HOSTILE.slice(0, 1000)),
    what: 'the name of a resource',
  },
];

/** Every refusal is a 400 with a helpful message, and leaves the table unchanged. */
export function refusals(context: () => AdminContext): void {
  it.each(REFUSALS)('refuses $what', async ({ plugin, route: more, begins, hint }) => {
    const { gateway, upstream } = context();
    const bad = Array.isArray(more)
      ? more
      : route(
          upstream,
          { url: 'http://127.0.0.1:9797' },
          {
            uri: '/refused',
            ...(plugin !== undefined && { plugin }),
            ...(more !== undefined && { route: more }),
          },
        );
    await unchanged(context(), async () => {
      const put = await ask(gateway, 'PUT', `/${KEPT}`, bad);
      expect(put.status).toBe(400);
      expect(put.json).toEqual({ error_msg: expect.stringMatching(hint) });
      expect(put.json.error_msg.startsWith(begins)).toBe(true);
      // Each way to write the route gives the same message.
      const posted = await ask(gateway, 'POST', '', bad);
      expect([posted.status, posted.text]).toEqual([400, put.text]);
      const checked = await gateway.admin('admin/schema/validate/routes', {
        method: 'POST',
        body: JSON.stringify(bad),
      });
      expect([checked.status, await checked.text()]).toEqual([400, put.text]);
    });
  });

  it.each([
    { path: '/plugins', value: { 'proxy-mirror': { host: 'ftp://a' } }, hint: HOST_HINT },
    { path: '/plugins/proxy-mirror', value: { host: 'http://a', typo: 1 }, hint: /found typo/ },
    { path: '/uris', value: ['/refused'], hint: /either "uri" or "uris"/ },
    { path: '/uri/x', value: 1, hint: /^invalid sub-path: \/uri/ },
    { path: '', value: { uri: null }, hint: /a route needs one of them/ },
    { path: '', value: [1], hint: /^invalid configuration/ },
    { path: '', value: { id: 'other' }, hint: /^wrong route id/ },
  ])('refuses a patch of "$path" with $value', async ({ path, value, hint }) => {
    await unchanged(context(), async () => {
      const patched = await ask(context().gateway, 'PATCH', `/${KEPT}${path}`, value);
      expect(patched.status).toBe(400);
      expect(patched.json).toEqual({ error_msg: expect.stringMatching(hint) });
    });
  });

  it.each(QUOTED)('quotes $what in one line, truncated', async ({ method, path, body }) => {
    await unchanged(context(), async () => {
      const { gateway } = context();
      const response = await gateway.admin(`admin/${path}`, {
        method,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      expect([400, 404]).toContain(response.status);
      const { error_msg: text } = (await response.json()) as { error_msg: string };
      expect(text).toMatch(/u202e/);
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(text.length).toBeLessThan(2000);
    });
  });

  it.each([
    { what: 'a brace missing', body: '{"uri":"/refused"', at: 'line 1, column 18' },
    { what: 'a trailing comma', body: '{\n"uri": "/refused",\n}', at: 'line 3, column 1' },
    { what: 'form fields', body: 'uri=/refused', at: 'line 1, column 1' },
  ])('refuses bad JSON: $what', async ({ body, at }) => {
    await unchanged(context(), async () => {
      const put = await ask(context().gateway, 'PUT', `/${KEPT}`, body);
      expect(put.status).toBe(400);
      expect(put.json).toEqual({ error_msg: expect.stringContaining(at), req_body: body });
      expect(put.json.error_msg).toMatch(
        /^invalid request body: invalid JSON .* expected .*, got /,
      );
    });
  });

  it.each([
    { method: 'PUT', path: `/${KEPT}`, body: undefined, text: 'missing configurations' },
    { method: 'PUT', path: '', body: { uri: '/refused' }, text: 'missing route id' },
    { method: 'PUT', path: `/${KEPT}`, body: { id: 'b', uri: '/' }, text: 'wrong route id' },
    {
      method: 'POST',
      path: '',
      body: { id: 'b', uri: '/' },
      text: 'wrong route id, do not need it',
    },
    { method: 'PATCH', path: `/${KEPT}`, body: undefined, text: 'missing new configuration' },
    { method: 'DELETE', path: '', body: undefined, text: 'missing route id' },
    {
      method: 'PUT',
      path: `/${KEPT}?ttl=x`,
      body: { uri: '/refused' },
      text: 'invalid argument ttl: should be a number',
    },
    {
      method: 'PUT',
      path: `/${KEPT}`,
      body: { uri: '/refused', create_time: 1 },
      text: 'the property is forbidden:  create_time',
    },
  ])('responds to $method $path with $body: $text', async ({ method, path, body, text }) => {
    await unchanged(context(), async () => {
      const { status, json } = await ask(context().gateway, method, path, body);
      expect([status, json]).toEqual([400, { error_msg: text }]);
    });
  });

  it.each([{ how: 'with its length' }, { how: 'in chunks', chunks: 65_536 }])(
    'refuses a body of 2 MB sent $how',
    async ({ chunks }) => {
      const { url } = context().gateway;
      const body = JSON.stringify({ uri: '/refused', desc: 'x'.repeat(2_000_000) });
      await unchanged(context(), async () => {
        const got = await send(url, `/apisix/admin/routes/${KEPT}`, {
          method: 'PUT',
          headers: { 'x-api-key': KEY },
          body,
          ...(chunks !== undefined && { chunks }),
        });
        expect(got.status).toBe(400);
        expect(JSON.parse(got.body.toString())).toEqual({
          error_msg: expect.stringMatching(
            /^invalid request body: request size \d+ is greater than the maximum size 1572864 allowed$/,
          ),
        });
      });
    },
  );
}
