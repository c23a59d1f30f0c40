import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { controlPlaneGuard } from '../../../src/admin/guard.ts';
import { isFromThisMachine } from '../../../src/runtime/sockets/this-machine.ts';

async function ask(
  adminKey: string | null,
  peer: string | null,
  headers: Record<string, string>,
  scheme: 'http' | 'https' = 'http',
) {
  const guard = controlPlaneGuard({
    adminKey,
    isLocal: ({ headers: sent }) => peer !== null && isFromThisMachine({ peer, scheme }, sent),
  });
  const denied = await guard(new Request('http://localhost/', { headers }), {});
  return denied ?? new Response('in');
}

describe('with a key', () => {
  it.each([
    [{ 'X-API-KEY': 'secret' }, 200],
    [{ Authorization: 'Bearer secret' }, 200],
    [{ Authorization: 'bearer  secret' }, 200],
    [{ Authorization: 'BEARER secret' }, 200],
    [{ Authorization: 'Bearersecret' }, 'missing apikey'],
    [{ Authorization: 'x Bearer secret' }, 'missing apikey'],
    [{ Authorization: 'Bearer' }, 'missing apikey'],
    [{ Authorization: 'Bearer  ' }, 'missing apikey'],
    [{ Authorization: 'Bearer secret x' }, 'wrong apikey'],
    [{ Authorization: 'Bearer s' }, 'wrong apikey'],
    [{ 'X-API-KEY': '', Authorization: 'Bearer secret' }, 200],
    [{}, 'missing apikey'],
    [{ 'X-API-KEY': '' }, 'missing apikey'],
    [{ Authorization: 'Basic c2VjcmV0' }, 'missing apikey'],
    [{ 'X-API-KEY': 'Secret' }, 'wrong apikey'],
    [{ 'X-API-KEY': 'secrets' }, 'wrong apikey'],
    [{ 'X-API-KEY': 'wrong', Authorization: 'Bearer secret' }, 'wrong apikey'],
    [{ Authorization: 'Bearer nope' }, 'wrong apikey'],
  ] as [Record<string, string>, number | string][])('%j: %s', async (headers, expected) => {
    const response = await ask('secret', '203.0.113.9', headers);
    if (expected === 200) return expect(response.status).toBe(200);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="apisix"');
    expect(await response.text()).toBe(
      `{"error_msg":"failed to check token","description":"${expected}"}\n`,
    );
  });
});

describe('a wrong key', () => {
  const digest = (key: string) => createHash('sha256').update(key).digest();
  const right = digest('secret');
  const wrongWhere = (holds: (wrong: Buffer) => boolean) => {
    for (let i = 0; ; i++) if (holds(digest(`wrong-${i}`))) return `wrong-${i}`;
  };

  it.each([
    ['begins', wrongWhere((wrong) => wrong[0] === right[0])],
    ['ends', wrongWhere((wrong) => wrong[31] === right[31])],
    ['begins and ends', wrongWhere((wrong) => wrong[0] === right[0] && wrong[31] === right[31])],
  ])('whose digest %s as the right one is wrong: %s', async (_, key) => {
    expect((await ask('secret', null, { 'X-API-KEY': key })).status).toBe(401);
  });
});

describe('without a key, over TLS', () => {
  it.each([
    ['https://127.0.0.1:9443', 200],
    ['http://127.0.0.1:9443', 403],
    ['https://127.0.0.1', 403],
  ])('a page of %s: %i', async (Origin, status) => {
    const response = await ask(null, '127.0.0.1', { Host: '127.0.0.1:9443', Origin }, 'https');
    expect(response.status).toBe(status);
  });
});

describe('without a key', () => {
  const local = '127.0.0.1';
  it.each([
    [local, { Host: 'localhost:9080' }, 200],
    [local, { Host: 'LOCALHOST' }, 200],
    ['127.8.9.10', { Host: '127.0.0.1:1' }, 200],
    ['::1', { Host: '[::1]:9080' }, 200],
    ['::ffff:127.0.0.1', { Host: '127.255.0.1' }, 200],
    ['::ffff:7f00:1', { Host: 'localhost' }, 200],
    [local, {}, 403],
    [local, { Host: 'localhost.' }, 403],
    [local, { Host: 'localhost.evil.example' }, 403],
    [local, { Host: '127.0.0.1.evil.example' }, 403],
    [local, { Host: '127.0.0.256' }, 403],
    [local, { Host: '127.0.0.260' }, 403],
    [local, { Host: '127.0.0.300' }, 403],
    [local, { Host: '127.0.0.1000' }, 403],
    [local, { Host: '127.0.0.' }, 403],
    [local, { Host: '127.0.0' }, 403],
    [local, { Host: '127.0.0.0.1' }, 403],
    [local, { Host: '127.255.249.199' }, 200],
    [local, { Host: '127.100.90.0' }, 200],
    [local, { Host: '127x0x0x1' }, 403],
    [local, { Host: 'localhost:123456' }, 403],
    [local, { Host: 'localhost:12345' }, 200],
    [local, { Host: 'localhost:' }, 403],
    [local, { Host: 'localhost:a' }, 403],
    [local, { Host: '[::1' }, 403],
    [local, { Host: '::1' }, 403],
    [local, { Host: '[::2]' }, 403],
    [local, { Host: 'my.localhost' }, 403],
    [local, { Host: 'a@localhost' }, 403],
    [local, { Host: 'evil.example' }, 403],
    [local, { Host: '127.0.0.1:9080', Origin: 'http://127.0.0.1:9080' }, 200],
    ['::1', { Host: '[::1]:9080', Origin: 'http://[::1]:9080' }, 200],
    [local, { Host: 'LocalHost', Origin: 'http://localhost' }, 200],
    [local, { Host: 'localhost', 'Sec-Fetch-Site': 'same-origin' }, 200],
    [local, { Host: 'localhost', 'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate' }, 200],
    [
      local,
      { Host: 'localhost', 'X-Request-Id': '1', 'X-Source-Ipsum': '1', 'X-Cf-Ray': '1' },
      200,
    ],
    [local, { Host: '127.0.0.1:9080', Origin: 'http://127.0.0.1' }, 403],
    [local, { Host: '127.0.0.1:9080', Origin: 'http://127.0.0.1:3000' }, 403],
    [local, { Host: '127.0.0.1:9080', Origin: 'https://127.0.0.1:9080' }, 403],
    [local, { Host: '127.0.0.1:9080', Origin: 'http://localhost:9080' }, 403],
    [local, { Host: 'localhost', Origin: 'http://localhost/' }, 403],
    [local, { Host: 'localhost', Origin: 'http://localhost.evil.example' }, 403],
    [local, { Host: 'localhost', Origin: 'http://evil.example' }, 403],
    [local, { Host: 'localhost', Origin: 'null' }, 403],
    [local, { Host: 'localhost', Origin: '' }, 403],
    ['10.0.0.1', { Host: 'localhost', Origin: 'http://localhost' }, 403],
    [local, { Host: 'evil.example', Origin: 'http://evil.example' }, 403],
    [local, { Host: 'localhost', 'Sec-Fetch-Site': 'cross-site' }, 403],
    [local, { Host: 'localhost', 'Sec-Fetch-Site': 'same-site' }, 403],
    [local, { Host: 'localhost', 'Sec-Fetch-Site': 'none, same-origin' }, 403],
    [local, { Host: 'localhost', Via: '1.1 proxy' }, 403],
    [local, { Host: 'localhost', 'X-Real-IP': '127.0.0.1' }, 403],
    [local, { Host: 'localhost', 'CF-Connecting-IP': '127.0.0.1' }, 403],
    [local, { Host: 'localhost', 'CF-Ray': '1' }, 403],
    [local, { Host: 'localhost', 'True-Client-IP': '127.0.0.1' }, 403],
    [local, { Host: 'localhost', 'X-Client-IP': '127.0.0.1' }, 403],
    [local, { Host: 'localhost', 'X-Cluster-Client-IP': '127.0.0.1' }, 403],
    [local, { Host: 'localhost', 'X-Original-URL': '/' }, 403],
    [local, { Host: 'localhost', 'X-Envoy-External-Address': '127.0.0.1' }, 403],
    [local, { Host: 'localhost', 'CDN-Loop': 'a' }, 403],
    [local, { Host: 'localhost', 'X-Remote-Addr': '127.0.0.1' }, 403],
    [local, { Host: 'localhost', Forwarded: 'for=1.2.3.4' }, 403],
    [local, { Host: 'localhost', 'X-Forwarded-For': '127.0.0.1' }, 403],
    [local, { Host: 'localhost', 'X-Forwarded-Anything': '' }, 403],
    ['10.0.0.1', { Host: 'localhost' }, 403],
    ['1127.0.0.1', { Host: 'localhost' }, 403],
    ['::ffff:10.0.0.1', { Host: 'localhost' }, 403],
    [null, { Host: 'localhost' }, 403],
    [local, { Host: 'evil.example', 'X-API-KEY': '' }, 403],
  ] as [string | null, Record<string, string>, number][])('%s %j: %i', async (peer, headers, s) => {
    for (const key of [null, '']) {
      const response = await ask(key, peer, headers);
      expect(response.status).toBe(s);
      if (s !== 403) continue;
      const { error_msg: why } = (await response.json()) as { error_msg: string };
      // What is wrong, what would be let in, and how to let in more, on servers and on Workers.
      for (const part of [
        'no admin key is set',
        'a loopback host (http://127.0.0.1)',
        'environment variable ADMIN_KEY',
        'wrangler secret put ADMIN_KEY',
        'X-API-KEY',
      ])
        expect(why).toContain(part);
    }
  });
});
