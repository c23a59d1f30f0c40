import type { getRuntimeKey } from 'hono/adapter';
import { headerValue } from '../../http/headers.ts';
import type { Dialect } from './dialect.ts';

type Decodes = Dialect['decodes'];

/** What the Fetch standard expects, and Node does whatever the request accepts, several at once as well. */
const STANDARD: ReadonlySet<string> = new Set(['gzip', 'x-gzip', 'deflate', 'br']);

/** undici has zstd since 7.11: Node 24.4. */
const ZSTD_SINCE = [7, 11] as const;

const inStandard: Decodes = (coding) => coding.split(',').every((one) => STANDARD.has(one.trim()));

const onNode: Decodes = (coding, request) =>
  coding === 'zstd' ? nodeHasZstd() : inStandard(coding, request);

const onBun: Decodes = (coding) => STANDARD.has(coding) || coding === 'zstd';

/** Deno leaves a body as it is where the request accepts `identity` and says no more. */
const onDeno: Decodes = (coding, { headers }) =>
  (coding === 'gzip' || coding === 'br') &&
  headerValue(headers, 'accept-encoding')?.trim().toLowerCase() !== 'identity';

const onWorkerd: Decodes = (coding) => coding === 'gzip' || coding === 'br';

const BY_RUNTIME: Readonly<Partial<Record<ReturnType<typeof getRuntimeKey>, Decodes>>> = {
  node: onNode,
  bun: onBun,
  deno: onDeno,
  workerd: onWorkerd,
};

/**
 * What a runtime's fetch decodes. No response tells: Content-Encoding stays either way, and a body that
 * is coded and no longer says so is one that nobody can read.
 */
export function decodesOf(runtime: ReturnType<typeof getRuntimeKey>): Decodes {
  return BY_RUNTIME[runtime] ?? inStandard;
}

function nodeHasZstd(): boolean {
  const { process } = globalThis as { process?: { versions?: { undici?: string } } };
  const [major = 0, minor = 0] = (process?.versions?.undici ?? '').split('.').map(Number);
  return major > ZSTD_SINCE[0] || (major === ZSTD_SINCE[0] && minor >= ZSTD_SINCE[1]);
}
