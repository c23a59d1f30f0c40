import { percentDecoded } from '../http/percent.ts';

type Key = Parameters<typeof crypto.subtle.sign>[1];

/** Fields whose values are credentials. Set-Cookie is one too, and shown by its cookies' names and attributes. */
const ALWAYS = ['authorization', 'proxy-authorization', 'cookie', 'x-api-key'];

/** Where the value of a parameter in a text may begin: `?name=`. What comes before `=` cannot hold what may precede. */
const PARAMETER = /(?:^|[?&;#])([^=?&;#\s]*)=/g;

const END_OF_VALUE = /[&\s]/g;

/** Names and JSON Pointers whose values are secret. */
export interface RedactRules {
  /** In any case, as in `query`. */
  readonly headers: readonly string[];
  readonly query: readonly string[];
  readonly json: readonly string[];
}

/** Hides values that must not leave the process in clear. */
export interface Redactor {
  /** `#` and eight hexadecimal digits of HMAC-SHA-256: the same for the same secret and key. */
  hash(secret: string | Uint8Array): Promise<string>;
  /** True if a field's value is secret. `name` in lower case. */
  isSecret(name: string): boolean;
  /**
   * Replaces the values of secret query parameters in a target, in a URL, or in any text that may hold URLs.
   *
   * @param mark what hashes begin with. Default: `#`
   */
  query(text: string, mark?: string): Promise<string>;
}

/**
 * @param key of the hash, not empty
 * @example
 * const { query } = redactor({ headers: [], query: ['token'], json: [] }, key);
 * await query('/users?token=abc&page=2'); // '/users?token=#5f1d3c0a&page=2'
 */
export function redactor(rules: RedactRules, key: Uint8Array): Redactor {
  const secretFields = lower([...ALWAYS, ...rules.headers]);
  const secretParameters = lower(rules.query);
  let imported: Key | undefined;

  async function hash(secret: string | Uint8Array): Promise<string> {
    imported ??= await importKey(key);
    const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret;
    const mac = new Uint8Array(
      await crypto.subtle.sign('HMAC', imported, bytes as Uint8Array<ArrayBuffer>),
    );
    const digits = Array.from(mac.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0'));
    return `#${digits.join('')}`;
  }

  async function query(text: string, mark = '#'): Promise<string> {
    if (secretParameters.size === 0) return text;
    let redacted = '';
    let done = 0;
    for (const match of text.matchAll(PARAMETER)) {
      const start = match.index + match[0].length;
      if (match.index < done || !secretParameters.has(parameterName(match[1]!))) continue;
      END_OF_VALUE.lastIndex = start;
      const end = END_OF_VALUE.exec(text)?.index ?? text.length;
      redacted += text.slice(done, start) + mark + (await hash(text.slice(start, end))).slice(1);
      done = end;
    }
    return redacted + text.slice(done);
  }

  return { hash, query, isSecret: (name) => secretFields.has(name) };
}

/** Query parameters whose values are hidden. */
export type RedactedQuery = Partial<Pick<RedactRules, 'query'>>;

/** Hides what `redact.query` of a mirror names in a target: at once where there is nothing to hide. */
export type RedactTarget = (
  redact: RedactedQuery | undefined,
  target: string,
) => string | Promise<string>;

/** @param key makes the key of the hashes when it is first needed */
export function targetRedactor(key: () => Uint8Array): RedactTarget {
  const redactorOf = redactors(key);
  return (redact, target) => {
    if (redact?.query === undefined || redact.query.length === 0) return target;
    return redactorOf(redact).query(target);
  };
}

/** Makes the redactor of each mirror once. */
export function redactors(key: () => Uint8Array): (redact: Partial<RedactRules>) => Redactor {
  const known = new WeakMap<object, Redactor>();
  return (redact) => {
    let one = known.get(redact);
    if (one === undefined) {
      one = redactor({ headers: [], query: [], json: [], ...redact }, key());
      known.set(redact, one);
    }
    return one;
  };
}

function importKey(key: Uint8Array): Promise<Key> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  return crypto.subtle.importKey('raw', key as Uint8Array<ArrayBuffer>, algorithm, false, ['sign']);
}

function lower(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map((name) => name.toLowerCase()));
}

/** A parameter's name as programs read it, in lower case. */
function parameterName(text: string): string {
  return percentDecoded(text.replaceAll('+', ' ')).toLowerCase();
}
