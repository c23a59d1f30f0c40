import type { lookup } from 'node:dns';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { knowsMore, systemLookup } from '../../../../../src/http1/client/names/system.ts';

afterEach(() => void vi.useRealTimers());

/** A C library that answers when told to. */
function library() {
  const asked: { name: string; answer(error: object | null, addresses?: object[]): void }[] = [];
  const resolve = ((name: string, _: object, answer: (...of: unknown[]) => void) =>
    asked.push({ name, answer })) as unknown as typeof lookup;
  return { asked, resolve };
}

const soon = () => Promise.resolve().then(() => Promise.resolve());

describe('the C library', () => {
  it('is asked for one name at a time', async () => {
    const { asked, resolve } = library();
    const find = systemLookup(1, resolve);
    const found = ['a', 'b', 'c'].map(find);
    await soon();
    expect(asked.map(({ name }) => name)).toEqual(['a']);
    asked[0]!.answer(null, [{ address: '10.0.0.1' }, { address: '::1' }]);
    expect(await found[0]).toEqual({ addresses: ['10.0.0.1', '::1'], ttl: 5000 });
    expect(asked.map(({ name }) => name)).toEqual(['a', 'b']);
    asked[1]!.answer({ code: 'ENOTFOUND' });
    expect(await found[1]).toBeNull();
    asked[2]!.answer({ code: 'EAI_AGAIN' });
    await expect(found[2]).rejects.toEqual({ code: 'EAI_AGAIN' });
    void find('d');
    await soon();
    expect(asked.at(-1)!.name).toBe('d');
  });

  it('is not waited for behind a name that takes long, nor by too many', async () => {
    vi.useFakeTimers();
    const { asked, resolve } = library();
    const find = systemLookup(1, resolve);
    void find('dead');
    const found = Array.from({ length: 101 }, (_, i) => find(`n${i}`).catch(String));
    expect(await found[100]).toContain('too many');
    await vi.advanceTimersByTimeAsync(2000);
    for (const one of await Promise.all(found.slice(0, 100))) expect(one).toContain('too long');
    void find('next');
    asked[0]!.answer({ code: 'ENOTFOUND' });
    await soon();
    expect(asked.map(({ name }) => name)).toEqual(['dead', 'next']);
  });

  it.each([
    ['', 'linux', false],
    ['', 'darwin', true],
    ['hosts: files dns', 'linux', false],
    ['passwd: files\nhosts:  dns [!UNAVAIL=return] files # mdns\n', 'linux', false],
    ['hosts: files mdns4_minimal [NOTFOUND=return] dns', 'linux', true],
    ['hosts: resolve [!UNAVAIL=return] files myhostname dns', 'linux', true],
    ['#hosts: files mdns4\nhosts: files', 'linux', false],
  ])('with %j on %s knows more: %s', (text, platform, expected) => {
    expect(knowsMore(text, platform)).toBe(expected);
  });
});
