import { expect, it } from 'vitest';
import { copyTarget } from '../../../src/mirror/copy-target.ts';

const CASES = [
  [undefined, undefined, '/a%2Fb/../c?x=1', '/a%2Fb/../c?x=1'],
  ['/new', undefined, '/old?x=1&y', '/new?x=1&y'],
  ['/new', 'replace', '/old', '/new'],
  ['/new', 'replace', '/old?', '/new?'],
  ['/new', 'replace', '/old?a?b', '/new?a?b'],
  ['/pre', 'prefix', '/old?x=1', '/pre/old?x=1'],
  ['/pre', 'prefix', '/', '/pre/'],
  ['/p%20q', 'replace', '/', '/p%20q'],
  ['/a b#c', 'replace', '/', '/a%20b%23c'],
  ['/caf\u00e9/\u{1f600}', 'replace', '/', '/caf%C3%A9/%F0%9F%98%80'],
  ['/tab\t', 'replace', '/', '/tab%09'],
  ['/half\ud800', 'replace', '/', '/half%EF%BF%BD'],
] as const;

it.each(CASES)('path %j, mode %s: %s becomes %s', (path, mode, target, expected) => {
  expect(copyTarget(path, mode)(target)).toBe(expected);
});
