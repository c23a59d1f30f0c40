import { headerValue, joinedValue, trimmed } from '../http/fields.ts';
import type { Inbound } from '../http/messages.ts';
import { percentDecoded } from '../http/percent.ts';
import { printable } from '../http/quoted.ts';
import { VarsError } from './error.ts';

/** Reads one variable of a request; returns `undefined` when the request does not have it. */
export type Variable = (request: Inbound) => string | undefined;

/** Variables with a fixed name, named as in nginx and APISIX. */
const NAMED: ReadonlyMap<string, Variable> = new Map<string, Variable>([
  ['args', (request) => request.query],
  ['content_length', (request) => headerValue(request.headers, 'content-length')],
  ['content_type', (request) => headerValue(request.headers, 'content-type')],
  ['host', (request) => request.host],
  // Not read from the header fields: HTTP/2 sends `:authority` instead of Host.
  ['http_host', (request) => request.authority || undefined],
  ['is_args', (request) => (request.query === '' ? '' : '?')],
  ['method', (request) => request.method],
  ['query_string', (request) => request.query],
  ['remote_addr', (request) => request.remoteAddr],
  ['request_method', (request) => request.method],
  ['request_uri', (request) => request.target],
  ['scheme', (request) => request.scheme],
  ['server_port', (request) => String(request.serverPort)],
  ['uri', (request) => request.path],
]);

/** Variables named by a prefix and the name of a header field, cookie or query argument. */
const PREFIXED: ReadonlyMap<string, (name: string) => Variable> = new Map([
  ['arg_', argument],
  ['cookie_', cookie],
  ['http_', header],
]);

/** APISIX's variables that need the request body; this gateway streams bodies and does not read them. */
const BODY_VARIABLE = /^(?:post_arg|graphql)_/;

const KNOWN = [...NAMED.keys(), ...[...PREFIXED.keys()].map((prefix) => `${prefix}*`)].join(', ');

/**
 * Compiles the name of a variable to a function that reads it.
 *
 * `http_<name>` is a header field (any case, `_` for `-`), `cookie_<name>` a cookie, `arg_<name>` the first query
 * argument of that name, decoded. `NAMED` lists the others.
 *
 * @throws {VarsError} `unknown variable 'x'`, with all known names
 * @example compileVariable('http_x_user_id') // reads X-User-Id
 */
export function compileVariable(name: string): Variable {
  // Variable names are case-insensitive in nginx, but names of cookies and arguments after a prefix are not.
  const lower = name.toLowerCase();
  const named = NAMED.get(lower);
  if (named !== undefined) return named;
  const prefix = lower.slice(0, lower.indexOf('_') + 1);
  const rest = name.slice(prefix.length);
  const compile = PREFIXED.get(prefix);
  if (compile !== undefined && rest !== '') return compile(rest);
  const reason = BODY_VARIABLE.test(lower)
    ? ': it would need the request body, which is streamed and never read'
    : '';
  throw new VarsError(`unknown variable '${printable(name)}'${reason}; known variables: ${KNOWN}`);
}

function header(name: string): Variable {
  const field = name.toLowerCase().replaceAll('_', '-');
  return (request) => joinedValue(request.headers, field);
}

/**
 * Decodes the value like APISIX, which reads `arg_*` through OpenResty's `get_uri_args`; nginx's own `$arg_name`
 * is not decoded. Names are compared as they stand in the query. An argument without `=` has an empty value.
 */
function argument(name: string): Variable {
  return ({ query }) => {
    for (let start = 0; start < query.length;) {
      let end = query.indexOf('&', start);
      if (end === -1) end = query.length;
      if (query.startsWith(name, start)) {
        const after = start + name.length;
        if (after === end) return '';
        if (query[after] === '=')
          return percentDecoded(query.slice(after + 1, end).replaceAll('+', ' '));
      }
      start = end + 1;
    }
    return undefined;
  };
}

/** Searches every Cookie field: HTTP/2 clients may send several (RFC 9113 section 8.2.3). */
function cookie(name: string): Variable {
  return ({ headers }) => {
    for (let i = 0; i < headers.length; i += 2) {
      const field = headers[i]!;
      if (field.length !== 6 || field.toLowerCase() !== 'cookie') continue;
      const value = cookieIn(headers[i + 1]!, name);
      if (value !== undefined) return value;
    }
    return undefined;
  };
}

function cookieIn(pairs: string, name: string): string | undefined {
  for (let start = 0; start < pairs.length;) {
    let end = pairs.indexOf(';', start);
    if (end === -1) end = pairs.length;
    while (pairs[start] === ' ' || pairs[start] === '\t') start += 1;
    const equals = start + name.length;
    if (equals < end && pairs[equals] === '=' && pairs.startsWith(name, start)) {
      return trimmed(pairs, equals + 1, end);
    }
    start = end + 1;
  }
  return undefined;
}
