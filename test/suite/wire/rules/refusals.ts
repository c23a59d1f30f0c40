import type { RuntimeName } from '../../../runtimes/runtime.ts';
import type { Difference } from '../difference.ts';
import type { Exchange, Rule } from '../rule.ts';

/** Status by runtime; runtimes without one do not refuse. */
type Statuses = Readonly<Partial<Record<RuntimeName, number>>>;

const SERVERS: Statuses = { node: 502, deno: 502, bun: 502 };
const EVERYWHERE: Statuses = { ...SERVERS, workers: 502 };
const WORKERS: Statuses = { workers: 502 };

function rule(name: string, statuses: Statuses, isRefused: (exchange: Exchange) => boolean): Rule {
  return {
    name,
    on: (runtime) => statuses[runtime] !== undefined,
    accepts: (difference, exchange) =>
      isRefused(exchange) && isOfRefusal(difference, statuses[exchange.runtime]!),
  };
}

function isOfRefusal({ side, what, through }: Difference, status: number): boolean {
  if (side === 'upstream') return false;
  if (what === 'message') return Number(/^\S+ (\d+)/.exec(through.join())?.[1] ?? 0) === status;
  return what === 'end';
}

/** The upstream does not get a refused request. */
function ruleOfRequest(name: string, statuses: Statuses, pattern: RegExp): Rule {
  const isRefused = ({ exchange }: Exchange) => pattern.test(exchange.request);
  const { accepts, ...refusal } = rule(name, statuses, isRefused);
  const isUnheard = ({ side, what, through }: Difference) =>
    side === 'upstream' && what === 'message' && through.length === 0;
  return {
    ...refusal,
    accepts: (difference, exchange) =>
      (isRefused(exchange) && isUnheard(difference)) || accepts(difference, exchange),
  };
}

function ruleOfResponse(name: string, statuses: Statuses, pattern: RegExp): Rule {
  return rule(name, statuses, ({ exchange }) => pattern.test(exchange.response.segments.join('')));
}

/** Requests to which the gateway itself responds, or the server in front of it. */
const OF_REQUESTS: readonly Rule[] = [
  ruleOfRequest('methods in lower case are refused', { workers: 501 }, /^[a-z]+ /),
  ruleOfRequest('unknown methods are refused', { workers: 501 }, /^(?:M-SEARCH|BIND) /),
  ruleOfRequest(
    '* is no path that a route could match',
    { node: 404, deno: 404, bun: 404, workers: 500 },
    /^OPTIONS \* /,
  ),
  ruleOfRequest('chunk extensions are refused', { workers: 502 }, /\r\n[0-9a-f]+;/),
  ruleOfRequest('the absolute form is refused', { workers: 500 }, /^\S+ http:/),
];

/** Responses that are invalid HTTP (RFC 9112 section 5): the client gets 502 instead. */
const OF_ANSWERS: readonly Rule[] = [
  ruleOfResponse('silence is a 502', EVERYWHERE, /^$/),
  ruleOfResponse('a folded field is refused', SERVERS, /\r\n /),
  ruleOfResponse(
    'two lengths that differ are refused',
    EVERYWHERE,
    /Content-Length: 2\r\nContent-Length: 3/,
  ),
  ruleOfResponse(
    'an unsolicited transfer coding is refused',
    EVERYWHERE,
    /Transfer-Encoding: gzip/,
  ),
  ruleOfResponse(
    'one length, said twice, is refused',
    WORKERS,
    /Content-Length: 2\r\nContent-Length: 2/,
  ),
  ruleOfResponse('a tab in a reason phrase is refused', WORKERS, /^\S+ 200 [^\r]*\t/),
  ruleOfResponse('1xx responses are refused', WORKERS, /^HTTP\/1\.1 1/),
];

export const refusals: readonly Rule[] = [...OF_REQUESTS, ...OF_ANSWERS];
