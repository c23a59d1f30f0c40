import { describe, expect, it } from 'vitest';
import type { Explanation } from '../../src/explain/explain.ts';
import { isServer, type TestRuntime } from '../runtimes/runtime.ts';
import { CASE, stage as set } from '../support/stage.ts';
import { settled } from '../support/outcomes.ts';
import { send } from '../support/client.ts';
import { origin } from '../support/origin.ts';
import { until } from '../support/until.ts';
import { explainCommand } from './explain/command.ts';

/** Fields that connections and runtimes add on the way, which no explanation can know. */
const ON_THE_WAY = new Set(['connection', 'cf-worker', 'cf-connecting-ip']);

const fields = (pairs: readonly (readonly [string, string])[]) =>
  pairs
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !ON_THE_WAY.has(name))
    .toSorted(([a], [b]) => a.localeCompare(b));

const pairsOf = (raw: readonly string[]) =>
  raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1]!] as const] : []));

/** The explanation of a request matches what the gateway then does. */
export function explaining(runtime: TestRuntime): void {
  const stage = set(runtime);

  async function ask(question: object): Promise<Explanation> {
    const body = JSON.stringify(question);
    const response = await stage.gateway.admin('admin/explain', { method: 'POST', body });
    expect(response.status).toBe(200);
    return (await response.json()) as Explanation;
  }

  it.each([
    ['GET', 0],
    ['POST', 4],
  ])('shows URL and fields of both requests of a %s', async (method, length) => {
    const id = `both-${method}`;
    const headers = { set: { 'X-Set': '1' }, add: { 'X-Add': '2' }, remove: ['x-user'] };
    const plugin = { path: '/shadow', path_concat_mode: 'prefix', pass_host: 'node', headers };
    await stage.put(id, plugin);
    const sent = { 'x-user': '7', host: 'shop.example', [CASE]: id };
    const target = `/${id}/a%2Fb/../c?q=%20`;
    const explanation = await ask({
      url: `${stage.gateway.url}${target}`,
      method,
      headers: sent,
      body_length: length,
    });
    expect(explanation).toMatchObject({
      request: { method, host: 'shop.example', path: `/${id}/c`, remote_addr: '127.0.0.1' },
      route: id,
      passed_over: [],
      upstream: { nodes: [stage.upstream.url] },
      mirrors: [{ mirror: stage.mirror.url, copied: 'always', share: 1, because: null }],
    });
    expect(stage.upstream.seen).toEqual([]);
    expect(stage.mirror.seen).toEqual([]);

    const body = length === 0 ? {} : { body: 'x'.repeat(length) };
    await send(stage.gateway.url, target, { method, headers: sent, ...body });
    await settled(stage.gateway, id, 1);
    const { copy } = explanation.mirrors[0]!;
    const seen = [
      [explanation.upstream!.request, stage.upstream.seen.pop()!, stage.upstream],
      [copy!, stage.mirror.seen.pop()!, stage.mirror],
    ] as const;
    for (const [shown, real, to] of seen) {
      expect([shown.method, shown.url]).toEqual([real.method, to.url + real.url]);
      // The platform's knowledge of the client is not part of the question.
      const edge = runtime.name === 'workers' ? ['x-real-ip', 'x-forwarded-for'] : [];
      const known = (pairs: readonly (readonly [string, string])[]) =>
        fields(pairs).filter(([name]) => !edge.includes(name) && name !== 'x-forwarded-port');
      expect(known(shown.headers)).toEqual(known(pairsOf(real.rawHeaders)));
    }
  });

  it('shows which routes come first and which condition they fail', async () => {
    const at = (more: object) => ({ route: { uri: '/order', priority: 1, ...more } });
    await stage.put('by-vars', {}, at({ vars: [['http_x_canary', '==', 'yes']], priority: 4 }));
    await stage.put('by-method', {}, at({ methods: ['PUT'], priority: 3 }));
    await stage.put('by-address', {}, at({ remote_addr: '10.0.0.0/8', priority: 2 }));
    await stage.put('rest', {}, at({}));
    const { passed_over: passedOver, route } = await ask({ url: '/order' });
    expect(route).toBe('rest');
    expect(passedOver).toEqual([
      { route: 'by-vars', because: 'vars' },
      { route: 'by-method', because: 'method' },
      { route: 'by-address', because: 'remote_addr' },
    ]);
    const asked = { url: '/order', remote_addr: '10.1.2.3' };
    expect((await ask(asked)).route).toBe('by-address');
    expect((await ask({ ...asked, headers: { 'x-canary': 'yes' } })).route).toBe('by-vars');
    const none = await ask({ url: 'http://nobody.example/nothing' });
    expect(none).toMatchObject({ route: null, passed_over: [], upstream: null, mirrors: [] });
  });

  it.each([
    ['disabled', { _meta: { disable: true } }, {}],
    ['filtered', { _meta: { filter: [['arg_a', '==', '1']] } }, {}],
    ['filtered', { methods: ['GET'] }, {}],
    ['sampled_out', { sample_ratio: 0.00001, sample_key: 'http_x_user' }, { 'x-user': 'a' }],
    ['loop', {}, { 'x-mirrored-by': 'another' }],
    ['upgrade', {}, { connection: 'upgrade', upgrade: 'websocket' }],
    ['body_too_large', { max_body_size: 3 }, {}],
  ])('shows why there is no copy: %s', async (because, plugin, headers) => {
    const id = `no-${because}`;
    await stage.put(id, plugin);
    const { mirrors } = await ask({ url: `/${id}/a`, method: 'POST', body_length: 4, headers });
    const mirror = stage.mirror.url;
    expect(mirrors).toMatchObject([{ mirror, copied: 'never', share: 0, because, copy: null }]);
  });

  it('says what would be compared, and what the mirror may be better without', async () => {
    const id = stage.fresh('cautions');
    await stage.put(id, { compare: { ignore: ['/at'] }, headers: { remove: ['cookie'] } });
    const headers = { authorization: 'Basic x', cookie: 'a=1' };
    const { mirrors } = await ask({ url: `/${id}/a`, method: 'POST', headers });
    expect(mirrors).toMatchObject([{ compared: { status: true, body: 'auto', ignore: ['/at'] } }]);
    expect(mirrors[0]!.cautions).toEqual([
      expect.stringMatching(/gets a write \(POST\)/),
      expect.stringMatching(/gets credentials \(authorization\)/i),
    ]);
    const { mirrors: read } = await ask({ url: `/${id}/a` });
    expect(read[0]!.cautions).toEqual([]);
  });

  it.each([
    ['GET', {}, '(generated)'],
    ['GET', { 'x-request-id': 'mine' }, 'mine'],
    // What is not copied is not compared.
    ['POST', {}, undefined],
  ])('shows which id a request gets to be compared: %s %o', async (method, headers, shown) => {
    const id = stage.fresh('identified');
    await stage.put(id, { compare: {}, methods: ['GET'] });
    const { upstream, mirrors } = await ask({ url: `/${id}/a`, method, headers });
    const requests = [upstream!.request, ...mirrors.flatMap(({ copy }) => copy ?? [])];
    for (const { headers: sent } of requests)
      expect(sent.find(([name]) => name.toLowerCase() === 'x-request-id')?.[1]).toBe(shown);
  });

  it('says whether a key is among those that are compared', async () => {
    const id = stage.fresh('compared-by-key');
    const compare = { sample_ratio: 0.5 };
    await stage.put(id, { sample_key: 'http_x_user', compare });
    const shown = new Set<number>();
    for (let i = 0; i < 40; i++) {
      const { mirrors } = await ask({ url: `/${id}/a`, headers: { 'x-user': `user-${i}` } });
      expect(mirrors[0]!.copied).toBe('always');
      shown.add(mirrors[0]!.compared!.sample_ratio);
    }
    expect([...shown].toSorted()).toEqual([0, 0.5]);
  });

  it('shows whether a WebSocket is forwarded', async () => {
    const headers = { connection: 'keep-alive, Upgrade', upgrade: 'websocket' };
    const shown = async (route: object) => {
      await stage.put('socket', {}, { route });
      const { upstream, mirrors } = await ask({ url: '/socket/a', headers });
      const upgrade = upstream!.request.headers.find(([name]) => name === 'Upgrade');
      return [upgrade, mirrors.map(({ because }) => because)];
    };
    expect(await shown({ enable_websocket: true })).toEqual([
      ['Upgrade', 'websocket'],
      ['upgrade'],
    ]);
    expect(await shown({})).toEqual([undefined, ['upgrade']]);
  });

  it('shows whether sampling is random or decided by a key', async () => {
    await stage.put('chance', { sample_ratio: 0.2, sample_key: 'http_x_user' });
    const luck = await ask({ url: '/chance/a' });
    expect(luck.mirrors[0]).toMatchObject({ copied: 'sometimes', share: 0.2 });
    const shown = new Set<string>();
    for (let i = 0; i < 40; i++) {
      const [mirror] = (await ask({ url: '/chance/a', headers: { 'x-user': `user-${i}` } }))
        .mirrors;
      shown.add(`${mirror!.copied} ${mirror!.share}`);
    }
    expect([...shown].toSorted()).toEqual(['always 1', 'never 0']);
  });

  it('shows the limits in force, and uses none of them up', async () => {
    const held: (() => void)[] = [];
    const mirror = await origin((_, response) => held.push(() => response.end()));
    await stage.put('busy', { host: mirror.url, max_in_flight: 1 });
    await stage.put('rated', { rate_limit: 0.001 });
    const because = async (id: string) => (await ask({ url: `/${id}/a` })).mirrors[0]!.because;
    for (const id of ['busy', 'rated', 'busy', 'rated']) expect(await because(id)).toBe(null);
    await send(stage.gateway.url, '/busy/a');
    await send(stage.gateway.url, '/rated/a');
    await until(() => held.length === 1);
    await settled(stage.gateway, 'rated', 1);
    expect([await because('busy'), await because('rated')]).toEqual([
      'in_flight_limit',
      'rate_limit',
    ]);
    held[0]!();
    await settled(stage.gateway, 'busy', 1);
    expect(await because('busy')).toBe(null);
    await mirror.close();
  });

  it('does not advance the balancer', async () => {
    const other = await origin();
    const nodes = { [stage.upstream.node]: 1, [other.node]: 1 };
    await stage.put('turns', {}, { upstream: { nodes } });
    for (let i = 0; i < 4; i++) {
      for (let n = 0; n < 3; n++) await ask({ url: '/turns/a' });
      await send(stage.gateway.url, '/turns/a');
    }
    expect(other.seen).toHaveLength(2);
    await other.close();
  });

  it.each([
    [{}, 'property "url" is required'],
    [{ url: 'shop' }, 'url: expected a URL such as http'],
    [{ url: '/', headers: { 'a b': 'c' } }, 'headers["a b"]: expected a header name'],
    [{ url: '/', headers: { a: 'b\nc' } }, 'headers.a: expected a header value'],
    [{ url: '/', headers: { host: '[1]' } }, 'headers.host: expected one host, found "[1]"'],
    [
      { url: '/', headers: { Host: ['a', 'b'] } },
      'headers.Host: expected one host, found "a" and "b"',
    ],
    [{ url: '/', headers: { Host: 'a', host: 'b' } }, 'headers.Host: expected one host, found'],
    [{ url: 'http://u@a/' }, 'url: expected a URL such as http'],
    [{ url: 'http://[1]/' }, 'url: expected a URL such as http'],
    [{ url: '/', method: 'G T' }, 'method: expected a method'],
    [{ url: '/', body_length: -1 }, 'body_length: expected -1 to be at least 0'],
    [{ url: '/', remote_addr: '10.0.0.0/8' }, 'remote_addr: expected an IP address'],
    [{ url: '/', typo: 1 }, 'additional properties forbidden, found typo'],
    [[], 'wrong type: expected object, got array'],
  ])('refuses %j', async (question, message) => {
    const body = JSON.stringify(question);
    const response = await stage.gateway.admin('admin/explain', { method: 'POST', body });
    expect(response.status).toBe(400);
    expect((await response.json()) as object).toEqual({
      error_msg: expect.stringContaining(message),
    });
  });

  it('refuses requests without the key', async () => {
    const options = { method: 'POST', body: '{"url":"/"}' };
    expect((await send(stage.gateway.url, '/apisix/admin/explain', options)).status).toBe(401);
  });

  if (isServer(runtime)) describe('as a command', () => explainCommand(runtime));
}
