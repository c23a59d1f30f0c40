import { describe, expect, it } from 'vitest';
import {
  adminText,
  documentText,
  type Fault,
  HIDE_PATH,
  under,
} from '../../../src/config/fault.ts';

const fault = (path: Fault['path'], rest: Partial<Fault> = {}): Fault => ({
  path,
  message: 'M',
  ...rest,
});

describe('adminText', () => {
  it.each<[Fault[], string]>([
    [[], ''],
    [[fault([])], 'invalid configuration: M'],
    [[fault(['a'])], 'invalid configuration: property "a" validation failed: M'],
    [
      [fault(['a', 0, 'b'])],
      'invalid configuration: property "a" validation failed: failed to validate item 1: property "b" validation failed: M',
    ],
    [
      [fault(['a', 'b'], { hiddenSteps: 1 })],
      'invalid configuration: property "a" validation failed: M',
    ],
    [[fault(['a', 'b'], { hiddenSteps: HIDE_PATH })], 'invalid configuration: M'],
    [[fault(['a'], { noPrefix: true })], 'M'],
    [[fault([]), fault([]), fault([], { noPrefix: true })], 'invalid configuration: M; M; M'],
    [
      [fault(['plugins', 'p', 'a']), fault(['plugins', 'p'])],
      'failed to check the configuration of plugin p err: property "a" validation failed: M; M',
    ],
    [[fault(['plugins'])], 'invalid configuration: property "plugins" validation failed: M'],
  ])('%j', (faults, text) => {
    expect(adminText(faults)).toBe(text);
  });
});

describe('documentText', () => {
  const document = { routes: [{ id: '7' }, { id: 7 }, { id: {} }, null] };

  it.each<[Fault['path'], string]>([
    [[], 'M'],
    [['a', 'b-c', 'd.e', 0], 'a.b-c["d.e"][0]: M'],
    [['routes'], 'routes: M'],
    [['routes', 0], 'routes[0] (id "7"): M'],
    [['routes', 1, 'uri'], 'routes[1] (id 7): uri: M'],
    [['routes', 2, 'uri'], 'routes[2]: uri: M'],
    [['routes', 3], 'routes[3]: M'],
    [['routes', 9], 'routes[9]: M'],
  ])('%j', (path, line) => {
    expect(documentText([fault(path)], document)).toEqual([line]);
  });

  it.each([[null], [undefined], [5], [{ routes: null }]])('reads no id from %j', (whole) => {
    expect(documentText([fault(['routes', 0])], whole)).toEqual(['routes[0]: M']);
  });
});

it.each(['\n', '\r', '\0', '\x1b', '\x7f', '\x9b', '\u2028', '\u2029'])(
  'no text breaks its line or steers a terminal: %j',
  (character) => {
    const quoting: Fault[] = [
      { path: [], message: `unknown variable '${character}'` },
      { path: ['routes', 0, character], message: 'M' },
      { path: ['plugins', character, 'a'], message: 'M', noPrefix: true },
      { path: ['labels', character], message: 'M' },
    ];
    const texts = [adminText(quoting), ...documentText(quoting, { routes: [{ id: character }] })];
    for (const text of texts) expect(text).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
    expect(adminText(quoting)).toContain(character.charCodeAt(0).toString(16).padStart(4, '0'));
  },
);

it('under keeps how a fault is said', () => {
  expect(under(['x', 1], [fault(['a'], { noPrefix: true })])).toEqual([
    { path: ['x', 1, 'a'], message: 'M', noPrefix: true },
  ]);
});
