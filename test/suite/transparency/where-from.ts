import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GatewayProcess, TestRuntime } from '../../runtimes/runtime.ts';
import { send } from '../../support/client.ts';
import { route } from '../../support/origin.ts';
import type { Line } from '../transparency.ts';
import { fieldsOf } from './fields.ts';

const CLAIMS = {
  'X-Forwarded-For': '198.51.100.1, 198.51.100.7, 203.0.113.9',
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Host': 'claimed.example',
  'X-Forwarded-Port': '8443',
  'X-Real-IP': '198.51.100.66',
  Forwarded: 'for=198.51.100.7;proto=https',
};

const FIELDS = Object.keys(CLAIMS).map((field) => field.toLowerCase());

const IPV6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

/** What an upstream learns about the client; TRUSTED_PROXIES says whose fields are believed. */
export function whereFrom(runtime: TestRuntime, line: () => Line): void {
  let behindProxy: GatewayProcess;
  let behindOther: GatewayProcess;

  beforeAll(async () => {
    const start = (trusted: string) =>
      runtime.start({
        routes: [{ ...route(line().upstream), id: '1' }],
        env: { TRUSTED_PROXIES: trusted },
      });
    [behindProxy, behindOther] = await Promise.all([
      start('127.0.0.0/8,203.0.113.0/24'),
      start('10.0.0.0/8'),
    ]);
  });
  afterAll(() => Promise.all([behindProxy.stop(), behindOther.stop()]));

  async function upstreamFields(gateway: GatewayProcess, headers: Record<string, string>) {
    line().respond = (_, response) => response.end();
    await send(gateway.url, '/', { headers: { host: 'asked.example:81', ...headers } });
    const { rawHeaders } = line().upstream.seen.at(-1)!;
    return Object.fromEntries(FIELDS.map((field) => [field, fieldsOf(rawHeaders, field).join()]));
  }
  /** What the gateway itself observes. */
  const observed = (gateway: GatewayProcess) => ({
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'asked.example:81',
    // On Workers only the URL tells the port.
    'x-forwarded-port': runtime.name === 'workers' ? '81' : String(gateway.port),
    'x-real-ip': '127.0.0.1',
    forwarded: '',
  });

  it('what was observed, when the client claims nothing', async () => {
    expect(await upstreamFields(line().gateway, {})).toEqual(observed(line().gateway));
    expect(await upstreamFields(behindProxy, {})).toEqual(observed(behindProxy));
    expect(await upstreamFields(behindOther, {})).toEqual(observed(behindOther));
  });

  it('X-Forwarded-For is appended to and the rest replaced when nobody is trusted', async () => {
    expect(await upstreamFields(line().gateway, CLAIMS)).toEqual({
      ...observed(line().gateway),
      'x-forwarded-for': '198.51.100.1, 198.51.100.7, 203.0.113.9, 127.0.0.1',
    });
  });

  it('all is replaced when others are trusted', async () => {
    expect(await upstreamFields(behindOther, CLAIMS)).toEqual(observed(behindOther));
  });

  it.runIf(IPV6 && runtime.name !== 'workers')(
    'a client of IPv4 has its own address on a socket for both',
    async () => {
      const near = {
        id: '1',
        uri: '/*',
        remote_addr: '127.0.0.0/8',
        vars: [['remote_addr', '==', '127.0.0.1']],
        upstream: { nodes: { [line().upstream.node]: 1 } },
      };
      const gateway = await runtime.start({ adminKey: null, routes: [near], env: { HOST: '::' } });
      try {
        expect(await upstreamFields(gateway, {})).toEqual(observed(gateway));
        expect((await send(gateway.url, '/apisix/admin/routes')).status).toBe(200);
        const overIpv6 = await fetch(`http://[::1]:${gateway.port}/apisix/admin/routes`);
        expect(overIpv6.status).toBe(200);
      } finally {
        await gateway.stop();
      }
    },
  );

  it('a trusted proxy is believed', async () => {
    expect(await upstreamFields(behindProxy, CLAIMS)).toEqual({
      'x-forwarded-for': '198.51.100.1, 198.51.100.7, 203.0.113.9, 127.0.0.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'claimed.example',
      'x-forwarded-port': '8443',
      // The last address that belongs to no trusted proxy: a client could have written those left of it.
      'x-real-ip': '198.51.100.7',
      forwarded: 'for=198.51.100.7;proto=https',
    });
  });
}
