import { headerValue } from '../../http/fields.ts';
import type { Dialect } from './dialect.ts';

type Decodes = Dialect['decodes'];

/** undici has zstd since 7.11: Node 24.4. */
const ZSTD_SINCE = [7, 11] as const;

/** What the Fetch standard expects, and Node does whatever the request accepts, several at once as well. */
const inStandard: Decodes = (coding) =>
  coding.split(',').every((one) => /^\s*(?:(?:x-)?gzip|deflate|br)\s*$/.test(one)) ||
  (coding === 'zstd' && nodeHasZstd());

const onBun: Decodes = (coding) => /^(?:(?:x-)?gzip|deflate|br|zstd)$/.test(coding);

const onWorkerd: Decodes = (coding) => /^(?:gzip|br)$/.test(coding);

/** Deno leaves a body as it is where the request accepts `identity` and says no more. */
const onDeno: Decodes = (coding, request) =>
  onWorkerd(coding, request) &&
  !/^\s*identity\s*$/i.test(headerValue(request.headers, 'accept-encoding') ?? '');

/** By the name in `navigator.userAgent`, which Node 20 has not. */
const BY_NAME: Readonly<Record<string, Decodes>> = {
  Bun: onBun,
  Deno: onDeno,
  'Cloudflare-Workers': onWorkerd,
};

/**
 * What a runtime's fetch decodes. No response tells: Content-Encoding stays either way, and a body that
 * is coded and no longer says so is one that nobody can read.
 *
 * @param userAgent what the runtime calls itself
 */
export function decodesOf(userAgent = ''): Decodes {
  return BY_NAME[userAgent.split('/')[0]!] ?? inStandard;
}

function nodeHasZstd(): boolean {
  const { process } = globalThis as { process?: { versions?: { undici?: string } } };
  const [major = 0, minor = 0] = (process?.versions?.undici ?? '').split('.').map(Number);
  return major > ZSTD_SINCE[0] || (major === ZSTD_SINCE[0] && minor >= ZSTD_SINCE[1]);
}
