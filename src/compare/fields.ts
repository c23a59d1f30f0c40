import { type HeaderList, isHopByHop } from '../http/fields.ts';
import { comparableCookies } from './cookies.ts';
import type { DifferenceKind } from './comparison.ts';
import type { Findings } from './findings.ts';

/** Which fields count, by names in any case: all but some, or some alone. */
export type HeaderRules =
  | { readonly ignore: readonly string[] }
  | { readonly only: readonly string[] };

/** Which fields are compared. */
export interface FieldRules {
  /** `name` in lower case. */
  compares(name: string): boolean;
  /** True if a difference does not count. */
  ignores(name: string): boolean;
}

/**
 * Fields that differ between any two responses, and so are compared only where `only` names them. The groups: clock,
 * server and way; ids of a request; ids and timings of traces; what networks at the edge add.
 */
const VARYING: readonly string[] = `
  age alt-svc date nel report-to reporting-endpoints server server-timing trailer via x-process-time
  x-response-time x-runtime
  correlation-id request-id x-amz-request-id x-amzn-requestid x-correlation-id x-github-request-id x-ms-request-id
  x-request-id x-transaction-id
  b3 traceparent tracestate traceresponse uber-trace-id x-amzn-trace-id x-b3-parentspanid x-b3-sampled x-b3-spanid
  x-b3-traceid x-cloud-trace-context x-datadog-parent-id x-datadog-sampling-priority x-datadog-trace-id x-span-id
  x-trace-id
  akamai-grn cf-cache-status cf-ray fly-request-id x-akamai-request-id x-amz-cf-id x-amz-cf-pop x-amz-id-2 x-azure-ref
  x-cache x-cache-hits x-cache-status x-envoy-decorator-operation x-envoy-upstream-service-time
  x-kong-proxy-latency x-kong-request-id x-kong-response-latency x-kong-upstream-latency x-nf-request-id x-proxy-cache
  x-served-by x-timer x-varnish x-vercel-cache x-vercel-id
`
  .trim()
  .split(/\s+/);

/** @param hasBody true if bodies are compared as well */
export function compileFieldRules(headers: HeaderRules, hasBody: boolean): FieldRules {
  if ('only' in headers) {
    const only = lower(headers.only);
    return { compares: (name) => only.has(name), ignores: () => false };
  }
  const ignored = lower(headers.ignore);
  const varying = new Set([...VARYING, 'content-length']);
  // Bodies are compared decoded: it does not matter that one side compresses. Without them, it may.
  if (hasBody) varying.add('content-encoding');
  return {
    compares: (name) => !varying.has(name) && !isHopByHop(name),
    ignores: (name) => ignored.has(name),
  };
}

/**
 * Compares fields by name, without regard to the case of names, to the order of fields, and to whether values stand in
 * one field or in several; Set-Cookie by the cookies' names and attributes. Adds how they differ: the place is the name
 * in lower case.
 */
export function compareFields(
  primary: HeaderList,
  mirror: HeaderList,
  rules: FieldRules,
  found: Findings,
): void {
  const [ours, theirs] = [valuesByName(primary), valuesByName(mirror)];
  for (const name of new Set([...ours.keys(), ...theirs.keys()])) {
    if (!rules.compares(name)) continue;
    const [values, others] = [ours.get(name), theirs.get(name)];
    const kind = kindOf(name, values, others);
    if (kind === null) continue;
    found.add({
      place: name,
      kind,
      ignored: rules.ignores(name),
      show: (previews) => previews.fields(name, values, others),
    });
  }
}

/** How a field differs; `null` if it does not. */
function kindOf(
  name: string,
  values: readonly string[] | undefined,
  others: readonly string[] | undefined,
): DifferenceKind | null {
  if (others === undefined) return 'missing';
  if (values === undefined) return 'extra';
  const normalize = name === 'set-cookie' ? comparableCookies : sorted;
  const isEqual =
    values.join(', ') === others.join(', ') ||
    normalize(values).join('\n') === normalize(others).join('\n');
  return isEqual ? null : 'value';
}

/** The values of each field, in order. Names in lower case. */
function valuesByName(list: HeaderList): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i]!.toLowerCase();
    const known = values.get(name);
    if (known === undefined) values.set(name, [list[i + 1]!]);
    else known.push(list[i + 1]!);
  }
  return values;
}

function sorted(values: readonly string[]): string[] {
  return values.toSorted();
}

function lower(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map((name) => name.toLowerCase()));
}
