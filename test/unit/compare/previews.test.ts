import { afterEach, describe, expect, it, vi } from 'vitest';
import { json, jsonDifferences, redact, response, shown } from './responses.ts';

afterEach(() => void vi.restoreAllMocks());

describe('previews', () => {
  it('are values', async () => {
    for (const value of [
      null,
      true,
      1.5,
      0.1 + 0.2,
      1e21,
      -1e-7,
      'text',
      [1, 'a'],
      { a: { b: [] } },
    ])
      expect(await shown(json(JSON.stringify({ a: value })), json('{}'))).toEqual([
        value,
        undefined,
      ]);
  });

  it('show numbers that a double cannot hold as texts', async () => {
    expect(await shown(json('9007199254740993'), json('9007199254740992'))).toEqual([
      '9007199254740993',
      9007199254740992,
    ]);
    expect(await shown(json('1e400'), json('-1e400'))).toEqual(['1e400', '-1e400']);
  });

  it('show short texts whole, wherever they differ', async () => {
    const texts = [1, 2].map((n) => `/a list?of=some&parameters=that&differ=${n}`);
    const bodies = texts.map((text) => json(JSON.stringify(text)));
    expect(await shown(bodies[0]!, bodies[1]!, redact({ query: ['token'] }))).toEqual(texts);
  });

  it('show long texts around the first difference', async () => {
    const texts = ['b', 'c'].map((letter) =>
      JSON.stringify('a'.repeat(500) + letter + 'd'.repeat(500)),
    );
    const [ours, theirs] = (await shown(json(texts[0]!), json(texts[1]!))) as [string, string];
    expect(ours).toBe(`…${'a'.repeat(20)}b${'d'.repeat(79)}…`);
    expect(theirs).toBe(ours.replace('b', 'c'));
  });

  it('hash only what they show', async () => {
    // 60,000 values in each, which would take seconds to hash.
    const texts = ['b', 'c'].map(
      (letter) => `${'t=a&'.repeat(30_000)}${letter}${'&t=a'.repeat(30_000)}`,
    );
    const changes = redact({ query: ['t'] });
    const sign = vi.spyOn(crypto.subtle, 'sign');
    const found = [
      await shown(response(texts[0]!), response(texts[1]!), changes),
      await shown(json(JSON.stringify(texts[0])), json(JSON.stringify(texts[1])), changes),
      await shown(json(JSON.stringify({ a: texts })), json('{}'), changes),
    ];
    expect(sign.mock.calls.length).toBeLessThan(200);
    for (const [ours, theirs] of found.slice(0, 2) as [string, string][]) {
      expect(ours).toMatch(/^…[\da-f]+&t=#[\da-f]{8}&b(&t=#[\da-f]{8})+/);
      expect(theirs).toBe(ours.replace('&b&', '&c&'));
    }
    expect(JSON.stringify(found)).not.toContain('t=a');
  });

  it('show a little of what is large', async () => {
    const large = {
      list: Array.from({ length: 1000 }, (_, i) => ({ id: i, name: 'n'.repeat(1000) })),
      ['k'.repeat(1000)]: { deep: { deeper: { deepest: 1 } } },
    };
    for (const value of [large, { ...large, list: 1 }, Array(1000).fill(0), 'x'.repeat(1000)]) {
      const [ours] = await shown(json(JSON.stringify({ a: value })), json('{}'));
      expect(JSON.stringify(ours).length).toBeLessThan(400);
      expect(JSON.stringify(ours)).toContain('…');
    }
    const headers = ['x-a', 'x'.repeat(10_000)];
    const [field] = await shown(response('', { headers }), response(''));
    expect(field).toBe(`${'x'.repeat(100)}…`);
  });

  it('show names that objects inherit', async () => {
    const [ours] = await shown(json('{"a":{"__proto__":{"b":1},"toString":2}}'), json('{}'));
    expect(JSON.stringify(ours)).toBe('{"__proto__":{"b":1},"toString":2}');
  });

  it('show bytes that are no text by their number and hash', async () => {
    const [ours, theirs] = await shown(response(new Uint8Array([0xff, 0])), response('a\0'));
    expect(ours).toMatch(/^2 bytes, #[\da-f]{8}$/);
    expect(theirs).toMatch(/^2 bytes, #[\da-f]{8}$/);
    expect(ours).not.toBe(theirs);
  });

  it('can all be sent as JSON', async () => {
    const found = await shown(json('"\\ud800"'), json('"\\udfff"'));
    expect(JSON.stringify(found)).toBe('["\\ud800","\\udfff"]');
    expect(await jsonDifferences('{"\\ud800":1}', '{}')).toEqual(['/* missing']);
  });
});
