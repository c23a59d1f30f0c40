import { createHmac } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { redactor, targetRedactor } from '../../../src/compare/redact.ts';
import { compare, differences, json, KEY, redact, response, shown } from './responses.ts';

const SECRET = 'hunter2secret';
const HASH = /^#[\da-f]{8}$/;

function hashed(text: string): string {
  return `#${createHmac('sha256', KEY).update(text).digest('hex').slice(0, 8)}`;
}

describe('fields', () => {
  it.each(['Authorization', 'Proxy-Authorization', 'Cookie', 'X-API-KEY'])(
    '%s is always secret',
    async (name) => {
      const [primary, mirror] = [SECRET, 'other'].map((value) =>
        response('', { headers: [name, value] }),
      );
      expect(await shown(primary!, mirror!)).toEqual([hashed(SECRET), hashed('other')]);
    },
  );

  it('are secret if they are named, in any case', async () => {
    const [primary, mirror] = [SECRET, 'other'].map((value) =>
      response('', { headers: ['X-Token', value] }),
    );
    const changes = redact({ headers: ['x-TOKEN'] });
    expect(await shown(primary!, mirror!, changes)).toEqual([hashed(SECRET), hashed('other')]);
    expect(await shown(primary!, response(''), changes)).toEqual([hashed(SECRET), undefined]);
  });

  it('show cookies without their values', async () => {
    const [primary, mirror] = ['Lax', 'Strict'].map((site) =>
      response('', { headers: ['Set-Cookie', `sid=${SECRET}; Path=/; SameSite=${site}`] }),
    );
    expect(await shown(primary!, mirror!)).toEqual([
      `sid=${hashed(SECRET)}; path=/; samesite=Lax`,
      `sid=${hashed(SECRET)}; path=/; samesite=Strict`,
    ]);
  });

  it('show URLs without secret parameters', async () => {
    const [primary, mirror] = ['/a', '/b'].map((path) =>
      response('', { headers: ['Location', `https://a.example${path}?token=${SECRET}&x=1`] }),
    );
    const found = await shown(primary!, mirror!, redact({ query: ['token'] }));
    expect(found[0]).toBe(`https://a.example/a?token=${hashed(SECRET)}&x=1`);
  });
});

describe('query', () => {
  const { query } = redactor({ headers: [], query: ['Token', 'api key'], json: [] }, KEY);

  it.each([
    ['/a?token=b', `/a?token=${hashed('b')}`],
    ['/a?x=1&token=b&y=2', `/a?x=1&token=${hashed('b')}&y=2`],
    ['/a?TOKEN=b&token=c', `/a?TOKEN=${hashed('b')}&token=${hashed('c')}`],
    ['/a?%74oken=b', `/a?%74oken=${hashed('b')}`],
    ['/a?api+key=b&api%20key=c', `/a?api+key=${hashed('b')}&api%20key=${hashed('c')}`],
    ['/a?token=b?c#d;e', `/a?token=${hashed('b?c#d;e')}`],
    ['/a?token=b?token=c', `/a?token=${hashed('b?token=c')}`],
    ['/a?next=/b?token=c', `/a?next=/b?token=${hashed('c')}`],
    ['/a#token=b', `/a#token=${hashed('b')}`],
    ['token=b&x=1', `token=${hashed('b')}&x=1`],
    ['/a?token=token=b&x', `/a?token=${hashed('token=b')}&x`],
    ['/a?token=', `/a?token=${hashed('')}`],
    ['/a?token', '/a?token'],
    ['/a?tokens=b&xtoken=c', '/a?tokens=b&xtoken=c'],
    ['/a?%zz=b', '/a?%zz=b'],
    ['/token=b', '/token=b'],
    ['', ''],
  ])('%s', async (target, redacted) => {
    expect(await query(target)).toBe(redacted);
  });

  it('hashes no more than is enough', async () => {
    const many = `/a?${'token=b&'.repeat(100_000)}`;
    const some = await query(many, '#', 100);
    expect(some).toBe(`/a?${`token=${hashed('b')}&`.repeat(7).slice(0, -1)}`);
    expect(await query('/a?token=b&x=c', '#', 100)).toBe(`/a?token=${hashed('b')}&x=c`);
  });

  it('of a request has 32 hashes: further secrets have the last', async () => {
    const one = redactor({ headers: [], query: ['token'], json: [] }, KEY).ofRequest();
    const target = (i: number) =>
      `/?${Array.from({ length: i }, (_, k) => `token=${k}`).join('&')}`;
    const hashes = (await one.query(target(40))).slice(2).split('&');
    const expected = Array.from({ length: 40 }, (_, k) => `token=${hashed(`${Math.min(k, 31)}`)}`);
    expect(hashes).toEqual(expected);
    expect(await one.hash('another')).toBe(hashed('31'));
  });

  it('stays as it is if nothing is secret', async () => {
    const none = redactor({ headers: [], query: [], json: [] }, KEY);
    expect(await none.query('/a?token=b')).toBe('/a?token=b');
  });
});

describe('targets', () => {
  const redactTarget = targetRedactor(() => KEY);

  it.each([[undefined], [{}], [{ query: [] }]])('stay as they are at once: %j', (rules) => {
    expect(redactTarget(rules, '/a?token=b')).toBe('/a?token=b');
  });

  it('are hidden by the rules of their mirror', async () => {
    const [one, other] = [{ query: ['token'] }, { query: ['TOKEN', 'x'] }];
    const target = '/a?token=b&x=c';
    expect(await redactTarget(one, target)).toBe(`/a?token=${hashed('b')}&x=c`);
    expect(await redactTarget(other, target)).toBe(`/a?token=${hashed('b')}&x=${hashed('c')}`);
    expect(await redactTarget(one, '/a')).toBe('/a');
  });

  it('have 32 hashes, however many secrets a client sends', async () => {
    const sign = vi.spyOn(crypto.subtle, 'sign');
    const target = `/?${'token=b&'.repeat(5000)}`;
    expect(await redactTarget({ query: ['token'] }, target)).not.toContain('token=b');
    expect(sign).toHaveBeenCalledTimes(32);
    sign.mockRestore();
  });

  it('need no key before there is something to hide', () => {
    const none = () => expect.fail('a key was made');
    expect(targetRedactor(none)({ query: [] }, '/a?b')).toBe('/a?b');
  });
});

describe('JSON', () => {
  const changes = redact({ json: ['/user', '/**/password', '/list/*/pin'], query: ['token'] });

  it.each([
    ['a text', `{"user":"${SECRET}"}`, '{"user":"other"}', '/user value'],
    ['a subtree', `{"user":{"a":["${SECRET}"]}}`, '{"user":{"a":["other"]}}', '/user value'],
    [
      'a subtree with another member',
      `{"user":{"a":1}}`,
      `{"user":{"${SECRET}":1}}`,
      '/user value',
    ],
    [
      'a subtree in another order',
      `{"user":["${SECRET}",1]}`,
      `{"user":[1,"${SECRET}"]}`,
      '/user order',
    ],
    ['another length', `{"user":["${SECRET}"]}`, `{"user":[]}`, '/user length'],
    ['another type', `{"user":"${SECRET}"}`, `{"user":1}`, '/user type'],
    ['a number and its text', '{"user":4711}', '{"user":"4711"}', '/user type'],
    [
      'a lone surrogate',
      String.raw`{"user":"\ud800"}`,
      String.raw`{"user":"\ud801"}`,
      '/user value',
    ],
    [
      'a member at any depth',
      `{"a":{"password":"${SECRET}"}}`,
      '{"a":{"password":1}}',
      '/a/password type',
    ],
    ['an element', `{"list":[{"pin":"${SECRET}"}]}`, '{"list":[{"pin":2}]}', '/list/*/pin type'],
  ])('hides %s, and shows that it differs', async (_, primary, mirror, difference) => {
    expect(await differences(json(primary), json(mirror), changes)).toEqual([difference]);
    const [ours, theirs] = await shown(json(primary), json(mirror), changes);
    expect(ours).toMatch(HASH);
    expect(theirs).toMatch(HASH);
    expect(ours).not.toBe(theirs);
  });

  it('hides what is missing or extra', async () => {
    expect(await shown(json(`{"user":"${SECRET}"}`), json('{}'), changes)).toEqual([
      hashed(JSON.stringify(SECRET)),
      undefined,
    ]);
  });

  it('gives equal values the same hash', async () => {
    const [one] = await shown(json('{"user":{"a":1,"b":[2]}}'), json('{}'), changes);
    const [other] = await shown(json('{"user":{"b":[2.0],"a":1e0}}'), json('{}'), changes);
    expect(one).toBe(other);
  });

  it('does not show a secret in what holds it', async () => {
    const holders: [string, string][] = [
      [`{"a":{"password":"${SECRET}","b":1}}`, '{"a":1}'],
      [`{"a":{"password":"${SECRET}"}}`, '{}'],
      [`{"list":[{"pin":"${SECRET}"},1]}`, '{"list":{}}'],
      [`{"list":[{"pin":"${SECRET}"},1]}`, `{"list":[1,{"pin":"${SECRET}"}]}`],
      [`{"a":"/b?token=${SECRET}"}`, '{"a":1}'],
      [`{"a":"x /b?token=${SECRET} y"}`, '{"a":"x"}'],
    ];
    for (const [primary, mirror] of holders) {
      const comparison = await compare(json(primary), json(mirror), changes);
      expect(comparison.result).toBe('different');
      expect(JSON.stringify(comparison)).not.toContain(SECRET);
      expect(JSON.stringify(comparison)).toMatch(/#[\da-f]{8}/);
    }
  });

  it('does not show a secret under another name either', async () => {
    const pairs: [string, string][] = [
      [`{"user":"${SECRET}"}`, `{"usr":"${SECRET}"}`],
      [`{"user":"${SECRET}"}`, `{"usr":{"name":["${SECRET}"]}}`],
      [`{"user":{"id":4711471147}}`, `{"id":4711471147}`],
      [`{"user":{"id":4711471147.4711471147}}`, `{"id":4711471147.4711471147}`],
    ];
    for (const [primary, mirror] of pairs) {
      const found = await compare(json(primary), json(mirror), changes);
      expect(JSON.stringify(found)).not.toMatch(new RegExp(`${SECRET}|4711471147`));
    }
    const [, same] = pairs;
    const comparison = await compare(json(same![0]), json(`{"a":"${SECRET}"}`), changes);
    if (comparison.result !== 'different') throw new Error(comparison.result);
    const [missing, extra] = comparison.differences;
    expect(missing!.primary).toBe(extra!.mirror);
  });

  it('hides a body as a whole that cannot be read', async () => {
    for (const broken of [`{"user":"${SECRET}"`, `{"user":"${SECRET}","user":1}`, SECRET]) {
      const found = await shown(json(broken), json('{}'), changes);
      expect(found[0]).toMatch(new RegExp(`^${broken.length} bytes, #[\\da-f]{8}$`));
      expect(found[1]).toMatch(/^2 bytes, #[\da-f]{8}$/);
    }
  });
});
