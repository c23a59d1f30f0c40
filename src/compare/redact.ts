import { percentDecoded } from '../http/percent.ts';

type Key = Parameters<typeof crypto.subtle.sign>[1];

/** Fields whose values are credentials. Set-Cookie is one too, and shown by its cookies' names and attributes. */
const ALWAYS = ['authorization', 'proxy-authorization', 'cookie', 'x-api-key'];

/** Where the value of a parameter in a text may begin: `?name=`. What comes before `=` cannot hold what may precede. */
const PARAMETER = /(?:^|[?&;#])([^=?&;#\s]*)=/g;

/** What ends the value of a parameter in a text: an ampersand or white space. */
const END_OF_VALUE = /[&\s]/g;

/**
 * Secrets of a request that have a hash of their own; further ones have that of the last. A client decides how many there
 * are, and some runtimes take a third of a millisecond for each.
 */
const MAX_HASHES = 32;

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
   * @param enough characters of the result that suffice: what follows them may be missing. Default: all
   */
  query(text: string, mark?: string, enough?: number): Promise<string>;
  /** The same for the secrets of one request: hashes at most 32 of them. */
  ofRequest(): Redactor;
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
  return withHash(hash);

  async function hash(secret: string | Uint8Array): Promise<string> {
    imported ??= await importKey(key);
    const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret;
    const mac = new Uint8Array(
      await crypto.subtle.sign('HMAC', imported, bytes as Uint8Array<ArrayBuffer>),
    );
    const digits = Array.from(mac.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0'));
    return `#${digits.join('')}`;
  }

  function withHash(one: Redactor['hash']): Redactor {
    return {
      hash: one,
      query: (text, mark = '#', enough = Infinity) => query(text, mark, enough, one),
      isSecret: (name) => secretFields.has(name),
      ofRequest: () => withHash(limited(one, MAX_HASHES)),
    };
  }

  async function query(
    text: string,
    mark: string,
    enough: number,
    one: Redactor['hash'],
  ): Promise<string> {
    if (secretParameters.size === 0) return text;
    let redacted = '';
    let done = 0;
    for (const match of text.matchAll(PARAMETER)) {
      const start = match.index + match[0].length;
      if (match.index < done || !secretParameters.has(parameterName(match[1]!))) continue;
      END_OF_VALUE.lastIndex = start;
      const end = END_OF_VALUE.exec(text)?.index ?? text.length;
      redacted += text.slice(done, start) + mark + (await one(text.slice(start, end))).slice(1);
      if (redacted.length >= enough) return redacted;
      done = end;
    }
    return redacted + text.slice(done);
  }
}

/** Hashes at most so many secrets: further ones have the hash of the last. */
function limited(hash: Redactor['hash'], most: number): Redactor['hash'] {
  let hashed = 0;
  let last: Promise<string> | undefined;
  return (secret) => {
    if (last === undefined || hashed < most) last = hash(secret);
    hashed += 1;
    return last;
  };
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
    return redactorOf(redact).ofRequest().query(target);
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
