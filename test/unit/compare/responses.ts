import { comparer, type CompareLimits } from '../../../src/compare/compare.ts';
import type { Comparison } from '../../../src/compare/comparison.ts';
import type { RecordedResponse } from '../../../src/compare/recorded.ts';
import type { CompareRules } from '../../../src/compare/rules.ts';
import { zlibDecoders } from '../../../src/runtime/zlib.ts';

export const KEY = new TextEncoder().encode('key');

/** The rules of `"compare": true`, with changes. */
export function rules(changes: Partial<CompareRules> = {}): CompareRules {
  return {
    status: true,
    headers: { ignore: [] },
    body: 'auto',
    ignore: [],
    unordered: [],
    tolerance: 0,
    redact: { headers: [], query: [], json: [] },
    ...changes,
  };
}

/** What is secret, and nothing else. */
export function redact(changes: Partial<CompareRules['redact']>): Partial<CompareRules> {
  return { redact: { headers: [], query: [], json: [], ...changes } };
}

type Changes = Partial<Omit<RecordedResponse, 'body'>>;

/** A response with a JSON body, given as text. */
export function json(body: string, changes: Changes = {}): RecordedResponse {
  return response(body, { headers: ['Content-Type', 'application/json'], ...changes });
}

export function response(body: string | Uint8Array, changes: Changes = {}): RecordedResponse {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return { status: 200, headers: [], trailers: null, body: bytes, ...changes };
}

export function compare(
  primary: RecordedResponse,
  mirror: RecordedResponse,
  changes?: Partial<CompareRules>,
  limits?: CompareLimits,
): Promise<Comparison> {
  return comparer(rules(changes), KEY, zlibDecoders, limits)(primary, mirror);
}

/** The differences in short: `/price value`; those that do not count in brackets. Throws if there is no result. */
export async function differences(
  primary: RecordedResponse,
  mirror: RecordedResponse,
  changes?: Partial<CompareRules>,
): Promise<string[]> {
  const comparison = await compare(primary, mirror, changes);
  if (comparison.result === 'not_compared') throw new Error(comparison.reason);
  return comparison.differences.map(({ place, kind, ignored }) =>
    ignored ? `(${place} ${kind})` : `${place} ${kind}`,
  );
}

/** As `differences`, of two JSON texts. */
export function jsonDifferences(
  primary: string,
  mirror: string,
  changes?: Partial<CompareRules>,
): Promise<string[]> {
  return differences(json(primary), json(mirror), changes);
}

/** The previews of the only difference. */
export async function shown(
  primary: RecordedResponse,
  mirror: RecordedResponse,
  changes?: Partial<CompareRules>,
): Promise<readonly [unknown, unknown]> {
  const comparison = await compare(primary, mirror, changes);
  if (comparison.result !== 'different' || comparison.differences.length !== 1)
    throw new Error(`expected one difference: ${JSON.stringify(comparison)}`);
  const [difference] = comparison.differences;
  return [difference!.primary, difference!.mirror];
}
