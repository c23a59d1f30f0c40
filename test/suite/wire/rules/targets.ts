import type { Difference } from '../difference.ts';
import { is, type Rule, unless, where } from '../rule.ts';

const target = is('upstream', 'target');

/** A rule for targets that arrive as `expected` computes them. */
function rule(name: string, expected: (target: string) => string, on?: Rule['on']): Rule {
  const accepts = (difference: Difference) =>
    target(difference) && difference.through[0] === expected(difference.direct[0]!);
  return { name, accepts, ...(on !== undefined && { on }) };
}

const resolved = (text: string) => {
  const { pathname, search } = new URL(`http://a${text}`);
  return pathname + search;
};

/** Characters as bytes, and as escapes. */
const readAsUtf8 = (bytes: string) => {
  const text = Buffer.from(bytes, 'latin1').toString('utf8');
  return [text, encodeURI(text)];
};

const unescaped = (text: string) =>
  text.replace(/%([\da-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );

/** Other spellings of a target that name the same resource (RFC 9112 section 3.2). */
export const targets: readonly Rule[] = [
  rule('dot segments are resolved (RFC 3986 section 5.2.4)', (text) =>
    /\/(?:\.|%2e){1,2}(?:\/|$)/i.test(text) ? resolved(text) : text,
  ),
  rule('a fragment is not part of a target', (text) => text.replace(/#.*/, '')),
  rule(
    'the absolute form becomes the origin form',
    (text) => text.replace(/^http:\/\/[^/?]*\/?/, '/'),
    where('absoluteForm'),
  ),
  rule('a backslash is escaped', (text) => text.replaceAll('\\', '%5C'), where('backslashInPath')),
  rule('a backslash is a slash', (text) => text.replaceAll('\\', '/'), unless('backslashInPath')),
  {
    name: 'characters that are invalid in a URI are escaped (RFC 3986 section 2)',
    on: unless('rawTarget'),
    accepts: (difference) =>
      target(difference) && unescaped(difference.through[0]!) === unescaped(difference.direct[0]!),
  },
  {
    name: 'bytes above 127 are read as UTF-8',
    on: unless('bytesInTarget'),
    accepts: (difference) =>
      target(difference) && readAsUtf8(difference.direct[0]!).includes(difference.through[0]!),
  },
];
