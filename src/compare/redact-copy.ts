import type { RedactConfig } from '../config/compare.ts';
import { GATEWAY_FIELDS } from '../config/mirror-headers.ts';
import { type HeaderList, isHopByHop } from '../http/fields.ts';
import type { Outbound } from '../http/messages.ts';
import { redactedBody } from './redact-body.ts';
import { type Redactor, redactors } from './redact.ts';
import { compileScopes, type Scope } from './scopes.ts';

/** A request as a mirror is to get it. */
export interface RedactedCopy {
  readonly request: Outbound;
  readonly body: Uint8Array | null;
}

/**
 * Hides what `redact` of a mirror names in the request that its copy is made of, and in its recorded body.
 *
 * @returns why the copy must not be sent, where `json` names values: its body cannot be read as JSON, or is too large to be
 *   read beside requests
 */
export type RedactCopy = (
  redact: RedactConfig | undefined,
  request: Outbound,
  body: Uint8Array | null,
) => Promise<RedactedCopy | 'filtered' | 'body_too_large'>;

/** Largest body that is read: that takes the time of the primaries, some milliseconds for so much. */
const MAX_READ_BYTES = 256 * 1024;

/** `#`, as it stands within a URL. */
const MARK = '%23';

/** Fields that are about the bytes of a body (RFC 9530), which are others in the copy. */
const OF_BYTES: ReadonlySet<string> = new Set([
  'content-digest',
  'content-md5',
  'digest',
  'repr-digest',
]);

/**
 * @param key makes the key of the hashes when it is first needed
 * @example
 * const redactCopy = copyRedactor(() => key);
 * const copy = await redactCopy({ query: ['token'], copy: true }, request, null);
 * typeof copy === 'object' && copy.request.target; // '/users?token=%235f1d3c0a&page=2'
 */
export function copyRedactor(key: () => Uint8Array): RedactCopy {
  const redactorOf = redactors(key);
  const rootOf = jsonScopes();
  return async (redact = {}, request, body) => {
    const one = redactorOf(redact);
    const { json = [] } = redact;
    if (json.length === 0 || body === null || body.byteLength === 0)
      return { request: await redacted(request, one.ofRequest(), null), body };
    if (body.byteLength > MAX_READ_BYTES) return 'body_too_large';
    const hidden = await redactedBody(body, rootOf(json), one);
    if (hidden === null) return 'filtered';
    return { request: await redacted(request, one.ofRequest(), hidden.byteLength), body: hidden };
  };
}

/** Compiles the pointers of each mirror once. */
function jsonScopes(): (json: readonly string[]) => Scope {
  const known = new WeakMap<readonly string[], () => Scope>();
  return (json) => {
    let root = known.get(json);
    if (root === undefined) {
      root = compileScopes({ ignored: [], unordered: [], redacted: json });
      known.set(json, root);
    }
    return root();
  };
}

/** @param length of the body that takes the place of the request's; `null`: it stays */
async function redacted(
  request: Outbound,
  one: Redactor,
  length: number | null,
): Promise<Outbound> {
  const headers: HeaderList = [];
  for (let i = 0; i < request.headers.length; i += 2) {
    const [name, value] = [request.headers[i]!, request.headers[i + 1]!];
    const lower = name.toLowerCase();
    if (length !== null && OF_BYTES.has(lower)) continue;
    const isLength = length !== null && lower === 'content-length';
    headers.push(name, isLength ? String(length) : await redactedValue(lower, value, one));
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
