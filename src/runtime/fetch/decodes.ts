import { headerValue } from '../../http/fields.ts';
import type { Dialect } from './dialect.ts';

type Decodes = Dialect['decodes'];

/** Version of undici that added zstd: Node 24.4. */
const ZSTD_SINCE = [7, 11] as const;

/** Node, as the Fetch standard says: decodes whatever the request accepts, also several codings in a row. */
const inStandard: Decodes = (coding) =>
  coding.split(',').every((member) => /^\s*(?:(?:x-)?gzip|deflate|br)\s*$/.test(member)) ||
  (coding === 'zstd' && nodeHasZstd());

const onBun: Decodes = (coding) => /^(?:(?:x-)?gzip|deflate|br|zstd)$/.test(coding);

const onWorkerd: Decodes = (coding) => /^(?:gzip|br)$/.test(coding);

/** Deno does not decode if the request accepts `identity` alone. */
const onDeno: Decodes = (coding, request) =>
  onWorkerd(coding, request) &&
  !/^\s*identity\s*$/i.test(headerValue(request.headers, 'accept-encoding') ?? '');

/** By the name in `navigator.userAgent`, which Node 20 does not have. */
const BY_NAME: Readonly<Record<string, Decodes>> = {
  Bun: onBun,
  Deno: onDeno,
  'Cloudflare-Workers': onWorkerd,
};

/**
 * Which content codings the fetch of a runtime decodes. Must be known, as a response does not show it: Content-Encoding
 * stays in either case, and removing it from a body that is still encoded would make that unreadable.
 *
 * @param userAgent `navigator.userAgent` of the runtime
 */
export function decodesOf(userAgent = ''): Decodes {
  return BY_NAME[userAgent.split('/')[0]!] ?? inStandard;
}

function nodeHasZstd(): boolean {
  const { process } = globalThis as { process?: { versions?: { undici?: string } } };
  const [major = 0, minor = 0] = (process?.versions?.undici ?? '').split('.').map(Number);
  return major > ZSTD_SINCE[0] || (major === ZSTD_SINCE[0] && minor >= ZSTD_SINCE[1]);
}
