import type { HeaderList } from '../http/fields.ts';

/** Methods that ask for nothing but a response (RFC 9110 section 9.2.1). */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** Fields by which a mirror could act as the client. */
const CREDENTIALS: readonly string[] = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'x-api-key',
];

/** How writes are kept back. */
export const READS_ALONE = '"methods": ["GET", "HEAD"] in proxy-mirror copies reads alone';

/**
 * How credentials are kept back.
 *
 * @param names of the fields
 */
export function keptBack(names: readonly string[]): string {
  const list = JSON.stringify(names).toLowerCase().replaceAll(',', ', ');
  return `"headers": {"remove": ${list}} in proxy-mirror keeps them back`;
}

/** Whether a request with this method may change something. */
export function isWrite(method: string): boolean {
  return !SAFE.has(method);
}

/**
 * What a mirror would get that it may be better without, and how to keep it back. None for most requests.
 *
 * @param isRedacted whether credentials are replaced by hashes before the copy is sent
 */
export function cautionsOf(
  copy: { readonly method: string; readonly headers: HeaderList },
  isRedacted = false,
): string[] {
  const cautions: string[] = [];
  if (isWrite(copy.method))
    cautions.push(`The mirror gets a write (${copy.method}) and may act on it. ${READS_ALONE}.`);
  const credentials = copy.headers.filter(
    (name, i) => i % 2 === 0 && CREDENTIALS.includes(name.toLowerCase()),
  );
  if (isRedacted)
    cautions.push('"redact" replaces values of this copy by hashes before it is sent.');
  else if (credentials.length > 0)
    cautions.push(
      `The mirror gets credentials (${credentials.join(', ')}). ${keptBack(credentials)}.`,
    );
  return cautions;
}
