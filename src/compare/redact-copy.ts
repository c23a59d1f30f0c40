import type { RedactConfig } from '../config/compare.ts';
import { GATEWAY_FIELDS } from '../config/mirror-headers.ts';
import { type HeaderList, isHopByHop } from '../http/fields.ts';
import type { Outbound } from '../http/messages.ts';
import { type Redactor, redactors } from './redact.ts';

/** Hides what `redact` of a mirror names in the request that its copy is made of. */
export type RedactCopy = (redact: RedactConfig | undefined, request: Outbound) => Promise<Outbound>;

/** `#`, as it stands within a URL. */
const MARK = '%23';

/**
 * Bodies are not changed.
 *
 * @param key makes the key of the hashes when it is first needed
 * @example
 * const redactCopy = copyRedactor(() => key);
 * await redactCopy({ query: ['token'], copy: true }, request); // target: '/users?token=%235f1d3c0a&page=2'
 */
export function copyRedactor(key: () => Uint8Array): RedactCopy {
  const redactorOf = redactors(key);
  return (redact = {}, request) => redacted(request, redactorOf(redact));
}

async function redacted(request: Outbound, one: Redactor): Promise<Outbound> {
  const headers: HeaderList = [];
  for (let i = 0; i < request.headers.length; i += 2) {
    const [name, value] = [request.headers[i]!, request.headers[i + 1]!];
    headers.push(name, await redactedValue(name.toLowerCase(), value, one));
  }
  return { ...request, target: await one.query(request.target, MARK), headers };
}

async function redactedValue(
  name: string,
  value: string,
  { isSecret, hash, query }: Redactor,
): Promise<string> {
  // Where the request goes and where it ends must stay as they are.
  if (isHopByHop(name) || Object.hasOwn(GATEWAY_FIELDS, name)) return value;
  return isSecret(name) ? hash(value) : query(value, MARK);
}
