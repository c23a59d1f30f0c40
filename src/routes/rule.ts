import { comparable } from '../http/authority.ts';
import { compileCidrs } from '../http/cidr.ts';
import type { Inbound } from '../http/messages.ts';
import { compileVars } from '../vars/expression.ts';
import { compileHost, compileUri, type HostPattern, type UriPattern } from './patterns.ts';

/** The fields of a route that decide which requests it matches. */
export interface RouteCriteria {
  readonly uri?: string | undefined;
  readonly uris?: readonly string[] | undefined;
  readonly host?: string | undefined;
  readonly hosts?: readonly string[] | undefined;
  readonly methods?: readonly string[] | undefined;
  readonly remote_addr?: string | undefined;
  readonly remote_addrs?: readonly string[] | undefined;
  readonly vars?: readonly unknown[] | undefined;
  readonly priority?: number | undefined;
  readonly status?: number | undefined;
}

/** A route's further conditions, checked after host and path. */
export type ConditionName = 'method' | 'remote_addr' | 'vars';

export interface RouteCondition {
  readonly name: ConditionName;
  holds(request: Inbound): boolean;
}

/** A route's criteria, compiled. */
export interface MatchRule {
  /** False for `status: 0`: the route is compiled but never matches. */
  readonly enabled: boolean;
  readonly uris: readonly UriPattern[];
  /** `null`: the route matches any host. */
  readonly hosts: readonly HostPattern[] | null;
  readonly priority: number;
  /** In order of their cost, the cheapest first; `null` when there are none. */
  readonly conditions: readonly RouteCondition[] | null;
}

/**
 * Compiles the criteria of a checked route.
 *
 * @throws {VarsError} for an invalid `vars` expression
 * @throws {TypeError} for an invalid `remote_addr`
 * @example compileRule({ uri: '/hello', methods: ['GET'] })
 */
export function compileRule(route: RouteCriteria): MatchRule {
  const conditions = [
    methodCondition(route.methods ?? []),
    addressCondition(listOf(route.remote_addrs, route.remote_addr)),
    varsCondition(route.vars ?? []),
  ].filter((condition) => condition !== null);
  const hosts = listOf(route.hosts, route.host).map(comparable);
  return {
    enabled: route.status !== 0,
    uris: [...new Set(listOf(route.uris, route.uri))].map(compileUri),
    hosts: hosts.length === 0 ? null : [...new Set(hosts)].map(compileHost),
    priority: route.priority ?? 0,
    conditions: conditions.length === 0 ? null : conditions,
  };
}

function listOf(many: readonly string[] | undefined, one: string | undefined): readonly string[] {
  return many ?? (one === undefined ? [] : [one]);
}

/** Methods are case-sensitive, and GET does not include HEAD, as in APISIX. An empty list means any method. */
function methodCondition(methods: readonly string[]): RouteCondition | null {
  if (methods.length === 0) return null;
  const allowed = new Set(methods);
  return { name: 'method', holds: (request) => allowed.has(request.method) };
}

function addressCondition(blocks: readonly string[]): RouteCondition | null {
  if (blocks.length === 0) return null;
  const contains = compileCidrs(blocks);
  return { name: 'remote_addr', holds: (request) => contains(request.remoteAddr) };
}

function varsCondition(expression: readonly unknown[]): RouteCondition | null {
  if (expression.length === 0) return null;
  return { name: 'vars', holds: compileVars(expression) };
}
