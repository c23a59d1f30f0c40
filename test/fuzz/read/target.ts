import { Buffer } from 'node:buffer';

/** Origin form (RFC 9112 section 3.2.1): without scheme and authority, and without a fragment. */
export function originOf(target: string): string {
  const [whole] = target.split('#');
  if (whole === '*') return '*';
  const bare = whole!.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?]*/i, '');
  return bare.startsWith('/') ? bare : `/${bare}`;
}

/**
 * The target that the gateway promises to forward: origin form, bytes unchanged, dot segments resolved in any
 * spelling (RFC 3986 section 5.2.4), `\` as `%5C`, no fragment.
 */
export function forwarded(target: string): string {
  const bare = originOf(target);
  if (bare === '*') return '*';
  const mark = bare.indexOf('?');
  const path = mark === -1 ? bare : bare.slice(0, mark);
  const query = mark === -1 ? '' : bare.slice(mark);
  return withoutDots(path.replaceAll('\\', '%5C')) + query;
}

/** The path that routes are matched against, like nginx's `$uri`: decoded, slashes merged, dots resolved. */
export function routed(target: string): string {
  const path = forwarded(target).replace(/\?.*$/s, '');
  if (path === '*') return path;
  return withoutDots(decoded(path).replace(/\/+/g, '/'));
}

/** RFC 3986 section 5.2.4, step by step, for absolute paths. */
function withoutDots(path: string): string {
  const output: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [i, segment] of segments.entries()) {
    const dots = segment.replace(/%2e/gi, '.');
    const isLast = i === segments.length - 1;
    if (dots === '..') output.pop();
    if (dots !== '..' && dots !== '.') output.push(segment);
    else if (isLast) output.push('');
  }
  return `/${output.join('/')}`;
}

/** Decodes escapes that are valid UTF-8; leaves others unchanged. */
function decoded(path: string): string {
  return path.replace(/(?:%[\da-f]{2})+/gi, (run) => {
    const bytes = Buffer.from(run.replaceAll('%', ''), 'hex');
    return pieceByPiece(bytes, run);
  });
}

function pieceByPiece(bytes: Buffer, run: string): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes[at]!);
    const piece = bytes.subarray(at, at + length).toString('utf8');
    const valid = length > 0 && !piece.includes('\ufffd');
    text += valid ? piece : run.slice(3 * at, 3 * at + 3);
    at += valid ? length : 1;
  }
  return text;
}

function sequenceLength(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
}
