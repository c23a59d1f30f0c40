import { headerValue, joinedValue, trimmed } from '../http/fields.ts';
import type { Inbound } from '../http/messages.ts';
import { percentDecoded } from '../http/percent.ts';
import { printable } from '../http/quoted.ts';
import { VarsError } from './error.ts';

/** Reads one variable of a request; `undefined` when the request does not have it. */
export type Variable = (request: Inbound) => string | undefined;

/** Variables of one name, as nginx and APISIX call them. */
const NAMED: ReadonlyMap<string, Variable> = new Map<string, Variable>([
  ['args', (request) => request.query],
  ['content_length', (request) => headerValue(request.headers, 'content-length')],
  ['content_type', (request) => headerValue(request.headers, 'content-type')],
  ['host', (request) => request.host],
  // Not read from the fields: HTTP/2 sends `:authority` instead of Host.
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

/** Variables that carry a name of their own behind a prefix. */
const PREFIXED: ReadonlyMap<string, (name: string) => Variable> = new Map([
  ['arg_', argument],
  ['cookie_', cookie],
  ['http_', header],
]);

/** Variables that APISIX has and a gateway that streams bodies cannot have. */
const OF_THE_BODY = /^(?:post_arg|graphql)_/;

const KNOWN = [...NAMED.keys(), ...[...PREFIXED.keys()].map((prefix) => `${prefix}*`)].join(', ');

/**
 * Compiles the name of a variable to a function that reads it.
 *
 * `http_<name>` is a request header (any case, `_` for `-`), `cookie_<name>` a cookie, `arg_<name>`
 * the first query argument of that name, decoded; the others are listed in the error's text.
 *
 * @throws {VarsError} `unknown variable 'x'`, with the names there are
 * @example compileVariable('http_x_user_id') // reads X-User-Id
 */
export function compileVariable(name: string): Variable {
  // nginx's variables have no case; what follows a prefix may have one (cookies and arguments do).
  const lower = name.toLowerCase();
  const named = NAMED.get(lower);
  if (named !== undefined) return named;
  const prefix = lower.slice(0, lower.indexOf('_') + 1);
  const rest = name.slice(prefix.length);
  const compile = PREFIXED.get(prefix);
  if (compile !== undefined && rest !== '') return compile(rest);
  const reason = OF_THE_BODY.test(lower)
    ? ': it would need the request body, which is streamed and never read'
    : '';
  throw new VarsError(`unknown variable '${printable(name)}'${reason}; known variables: ${KNOWN}`);
}

function header(name: string): Variable {
  const field = name.toLowerCase().replaceAll('_', '-');
  return (request) => joinedValue(request.headers, field);
}

/**
 * APISIX reads `arg_*` through OpenResty's `get_uri_args`, which decodes values; nginx's own
 * `$arg_name` does not. The name is compared byte for byte; an argument without `=` is empty.
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

/** Looks through every Cookie field: HTTP/2 clients may split theirs (RFC 9113 section 8.2.3). */
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
