import { describe, expect, it } from 'vitest';
import { differences, response, shown } from './responses.ts';

const of = (...headers: string[]) => response('', { headers });

describe('fields', () => {
  it.each([
    ['case of names', of('X-A', '1'), of('x-a', '1'), []],
    ['order', of('X-A', '1', 'X-B', '2'), of('X-B', '2', 'X-A', '1'), []],
    ['order of repeated ones', of('Link', '1', 'Link', '2'), of('Link', '2', 'Link', '1'), []],
    ['one field or several', of('Vary', 'a', 'Vary', 'b'), of('Vary', 'a, b'), []],
    ['value', of('X-A', '1'), of('X-A', '2'), ['x-a value']],
    ['case of values', of('X-A', 'a'), of('X-A', 'A'), ['x-a value']],
    ['missing', of('X-A', '1'), of(), ['x-a missing']],
    ['extra', of(), of('X-A', ''), ['x-a extra']],
    ['once more', of('X-A', '1'), of('X-A', '1', 'X-A', '1'), ['x-a value']],
    [
      'a hostile name',
      of('__proto__', '1'),
      of('constructor', '1'),
      ['__proto__ missing', 'constructor extra'],
    ],
  ])('%s', async (_, primary, mirror, expected) => {
    expect(await differences(primary, mirror)).toEqual(expected);
  });

  it.each([
    'Date',
    'Age',
    'Server',
    'Via',
    'X-Request-Id',
    'CF-Ray',
    'traceparent',
    'X-B3-TraceId',
    'Connection',
    'Keep-Alive',
    'Transfer-Encoding',
    'Content-Length',
    'Content-Encoding',
  ])('%s differs always', async (name) => {
    expect(await differences(of(name, '1'), of(name, '2'))).toEqual([]);
    expect(await differences(of(name, '1'), of())).toEqual([]);
    const only = { headers: { only: [name] } };
    expect(await differences(of(name, '1'), of(name, '2'), only)).toEqual([
      `${name.toLowerCase()} value`,
    ]);
  });

  it('are compared alone where only they are named', async () => {
    const headers = { only: ['X-A'] };
    const [primary, mirror] = [of('x-a', '1', 'x-b', '1'), of('x-a', '2', 'x-b', '2')];
    expect(await differences(primary, mirror, { headers })).toEqual(['x-a value']);
    expect(await differences(primary, mirror, { headers: { only: [] } })).toEqual([]);
  });

  it('do not count where they are ignored', async () => {
    const headers = { ignore: ['X-A'] };
    expect(await differences(of('x-a', '1'), of('x-a', '2'), { headers })).toEqual(['(x-a value)']);
  });
});

describe('cookies', () => {
  const cookies = (...values: string[]) => of(...values.flatMap((value) => ['Set-Cookie', value]));

  it.each([
    ['another value', ['a=1; Path=/'], ['a=2; Path=/'], []],
    ['another order', ['a=1', 'b=1'], ['b=2', 'a=2'], []],
    ['attributes in another order and case', ['a=1; Path=/; Secure'], ['a=1;secure;path=/'], []],
    [
      'another time of expiry',
      ['a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT'],
      ['a=1; expires=Fri, 02 Jan 2026 00:00:00 GMT'],
      [],
    ],
    [
      'no time of expiry',
      ['a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT'],
      ['a=1'],
      ['set-cookie value'],
    ],
    ['another path', ['a=1; Path=/'], ['a=1; Path=/b'], ['set-cookie value']],
    ['an attribute less', ['a=1; HttpOnly'], ['a=1'], ['set-cookie value']],
    ['another name', ['a=1'], ['b=1'], ['set-cookie value']],
    ['one more', ['a=1'], ['a=1', 'b=1'], ['set-cookie value']],
    ['none', ['a=1'], [], ['set-cookie missing']],
  ])('%s', async (_, primary, mirror, expected) => {
    expect(await differences(cookies(...primary), cookies(...mirror))).toEqual(expected);
  });

  it('never show a value, even one without a name', async () => {
    const found = await shown(cookies('secret', 'a=secret'), cookies('=secret; Secure'));
    expect(JSON.stringify(found)).not.toContain('secret;');
    expect(JSON.stringify(found)).not.toMatch(/"secret|=secret/);
  });
});
