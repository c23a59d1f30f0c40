import type { lookup as systemLookup } from 'node:dns';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLookup, type NameOptions } from '../../../../../src/http1/client/names/lookup.ts';
import { type Answer, type DnsServer, dnsServer } from '../../../../support/dns-server.ts';
import { until } from '../../../../support/until.ts';

const MORE = 'hosts: files mdns4_minimal [NOTFOUND=return] dns\n';
const NO_MORE = 'hosts: files dns\n';

describe('a look-up', () => {
  let folder: string;
  let server: DnsServer;
  let options: NameOptions;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-names-'));
    server = await dnsServer();
    options = {
      servers: [server.address],
      hosts: join(folder, 'hosts'),
      resolvConf: join(folder, 'resolv.conf'),
      // What the machine has beside DNS, such as mDNS on a desktop, is none of these tests' concern.
      nsswitch: join(folder, 'nsswitch.conf'),
    };
    await writeFile(options.nsswitch!, NO_MORE);
    await writeFile(options.resolvConf!, 'search first.test second.test\noptions attempts:1\n');
  });
  afterEach(() => {
    server.names.clear();
    server.asked.length = 0;
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  /** Sorted: IPv6 and IPv4 are asked for at the same time. */
  const asked = () => server.asked.toSorted();
  const both = (...names: string[]) => names.flatMap((name) => [`${name} A`, `${name} AAAA`]);

  it('finds addresses of both families, and how long they hold', async () => {
    server.names.set('a.test', { addresses: ['10.0.0.1', '10.0.0.2', 'fd00::7'], ttl: 7 });
    const { addresses, ttl } = (await createLookup(options)('a.test'))!;
    expect(addresses.toSorted()).toEqual(['10.0.0.1', '10.0.0.2', 'fd00::7']);
    expect(ttl).toBe(7000);
    expect(asked()).toEqual(both('a.test'));
  });

  it('searches the domains, and asks for an absolute name as it stands', async () => {
    server.names.set('short.second.test', { addresses: ['10.0.0.3'] });
    const lookup = createLookup(options);
    expect(await lookup('short')).toMatchObject({ addresses: ['10.0.0.3'] });
    expect(asked()).toEqual(both('short.first.test', 'short.second.test'));
    server.asked.length = 0;
    expect(await lookup('short.')).toBeNull();
    expect(asked()).toEqual(both('short'));
  });

  it('goes on searching behind a server in trouble, which proves nothing', async () => {
    server.names.set('short.first.test', 'failure');
    const lookup = createLookup(options);
    await expect(lookup('short')).rejects.toMatchObject({ kind: 'dns' });
    server.names.set('short.second.test', { addresses: ['10.0.0.3'] });
    expect(await lookup('short')).toMatchObject({ addresses: ['10.0.0.3'] });
  });

  it('ends with the first name that nobody answers', async () => {
    server.names.set('short.first.test', 'silence');
    server.names.set('short.second.test', { addresses: ['10.0.0.3'] });
    await expect(createLookup(options)('short')).rejects.toMatchObject({
      kind: 'dns',
      message: 'short: ETIMEOUT',
    });
    expect(new Set(server.asked)).toEqual(new Set(both('short.first.test')));
  });

  it('asks nobody for what is in the file of hosts, and sees it change', async () => {
    await writeFile(options.hosts!, '10.0.0.4 a.test\n');
    const lookup = createLookup(options);
    for (const name of ['a.test', 'a.test.']) {
      expect(await lookup(name)).toEqual({ addresses: ['10.0.0.4'], ttl: 5000 });
    }
    await writeFile(`${options.hosts}.new`, '10.0.0.5 a.test\n10.0.0.6 a.test\n');
    await rename(`${options.hosts}.new`, options.hosts!);
    const changed = async () => (await lookup('a.test'))!.addresses.join() === '10.0.0.5,10.0.0.6';
    await until(changed, 5000, 'the file to be read again');
    expect(server.asked).toEqual([]);
    await rm(options.hosts!);
    await until(async () => (await lookup('a.test')) === null, 5000, 'the name to be gone');
  });

  it('knows localhost by itself', async () => {
    const lookup = createLookup(options);
    expect(await lookup('localhost')).toMatchObject({ addresses: ['127.0.0.1', '::1'] });
    expect(await lookup('app.localhost.')).toMatchObject({ addresses: ['127.0.0.1', '::1'] });
    expect(server.asked).toEqual([]);
  });

  it('sees the domains that are searched change', async () => {
    const resolvConf = join(folder, 'changing.conf');
    const lookup = createLookup({ ...options, resolvConf });
    server.names.set('short.third.test', { addresses: ['10.0.0.3'] });
    expect(await lookup('short')).toBeNull();
    await writeFile(resolvConf, 'search third.test\n');
    await until(async () => (await lookup('short')) !== null, 5000, 'the file to be read again');
  });

  describe('asks the C library', () => {
    const ASKED = ['10.0.0.9'];

    it.each<[string, Answer, string, 'more' | 'always', readonly string[] | null | 'fails']>([
      ['for what DNS has not got', 'no such name', MORE, 'more', ASKED],
      ['for what DNS servers in trouble may have', 'failure', MORE, 'more', ASKED],
      ['for nothing where it knows no more', 'no such name', NO_MORE, 'more', null],
      ['for nothing that DNS knows', { addresses: ['10.0.0.1'] }, MORE, 'more', ['10.0.0.1']],
      // It would be as silent there, and hold a thread all the while.
      ['for nothing that nobody answers', 'silence', MORE, 'always', 'fails'],
      ['wherever it is told to', 'no such name', NO_MORE, 'always', ASKED],
    ])('%s', async (what, answer, text, system, expected) => {
      const nsswitch = join(folder, `${what}.conf`);
      await writeFile(nsswitch, text);
      server.names.set('a.test', answer);
      const library = ((_: string, __: object, answered: (...of: unknown[]) => void) =>
        answered(null, [{ address: '10.0.0.9' }])) as unknown as typeof systemLookup;
      const found = createLookup({ ...options, nsswitch, system }, library)('a.test');
      if (expected === 'fails') await expect(found).rejects.toMatchObject({ kind: 'dns' });
      else expect((await found)?.addresses ?? null).toEqual(expected);
    });
  });

  it('does not keep one name waiting for others that nobody answers', async () => {
    const lookup = createLookup(options);
    const hanging = Array.from({ length: 50 }, (_, i) => {
      server.names.set(`dead-${i}.test`, 'silence');
      return lookup(`dead-${i}.test`).catch(() => 'dead');
    });
    server.names.set('a.test', { addresses: ['10.0.0.1'] });
    const first = await Promise.race([lookup('a.test'), ...hanging]);
    expect(first).toMatchObject({ addresses: ['10.0.0.1'] });
    expect(new Set(await Promise.all(hanging))).toEqual(new Set(['dead']));
  });
});
