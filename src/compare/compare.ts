import type { Decoders } from '../http/content-coding.ts';
import { headerValue } from '../http/fields.ts';
import { compareBodies } from './bodies.ts';
import type { Comparison, NotCompared } from './comparison.ts';
import { webDecoders } from './decode.ts';
import { compareFields } from './fields.ts';
import { Findings } from './findings.ts';
import type { RecordedResponse } from './recorded.ts';
import { redactor } from './redact.ts';
import { type CompareRules, type CompiledRules, compileRules } from './rules.ts';
import { OverBudget, Steps } from './steps.ts';

/** Compares the responses to a request and to its copy. */
export type Compare = (primary: RecordedResponse, mirror: RecordedResponse) => Promise<Comparison>;

export interface CompareLimits {
  /** Most bytes of a body once it is decoded. Default 1 MiB. */
  readonly maxDecodedBytes?: number;
  /** Most steps for a pair, a step being about a value that is read or compared. Default 2,500,000. */
  readonly maxSteps?: number;
}

const MAX_DECODED_BYTES = 1024 * 1024;

/**
 * Compiles rules to a function that compares. Whatever the responses hold, that takes time linear in their size and
 * ends: with `not_compared` and `overload` after too many steps, and with `body_too_large` for a body that is small only
 * while it is compressed.
 *
 * @param redactKey of the hashes that stand for secrets, not empty; the same key makes the same hashes
 * @param decoders by content coding; default: those that the runtime has without any module
 * @example
 * const compare = comparer(rules, crypto.getRandomValues(new Uint8Array(32)));
 * await compare(primary, mirror);
 * // { result: 'different', differences: [{ place: '/price', kind: 'type', ignored: false, primary: 1, mirror: '1' }] }
 */
export function comparer(
  rules: CompareRules,
  redactKey: Uint8Array,
  decoders: Decoders = webDecoders,
  { maxDecodedBytes = MAX_DECODED_BYTES, maxSteps }: CompareLimits = {},
): Compare {
  const compiled = compileRules(rules);
  const hide = redactor(rules.redact, redactKey);

  /** Returns why there is no comparison; `null` if there is one. */
  async function find(
    primary: RecordedResponse,
    mirror: RecordedResponse,
    found: Findings,
  ): Promise<NotCompared | null> {
    compareHeads(primary, mirror, compiled, found);
    if (compiled.body === 'none') return null;
    const steps = new Steps(maxSteps);
    return compareBodies(primary, mirror, compiled, decoders, maxDecodedBytes, found, steps);
  }

  async function comparison(
    primary: RecordedResponse,
    mirror: RecordedResponse,
  ): Promise<Comparison> {
    const found = new Findings();
    try {
      const reason = await find(primary, mirror, found);
      if (reason !== null) return { result: 'not_compared', reason };
      const result = found.isDifferent ? 'different' : 'same';
      return { result, differences: await found.shown(hide) };
    } finally {
      // Also of a pair that is given up.
      found.tape?.release();
    }
  }

  return (primary, mirror) => comparison(primary, mirror).catch(overload);
}

function overload(error: unknown): Comparison {
  if (error instanceof OverBudget) return { result: 'not_compared', reason: 'overload' };
  throw error;
}

/**
 * Statuses and fields; trailers where both have some, as not every runtime can see them. Of gRPC also where one has its
 * status in the head, since it has no message: then that is no difference.
 */
function compareHeads(
  primary: RecordedResponse,
  mirror: RecordedResponse,
  { status, fields }: CompiledRules,
  found: Findings,
): void {
  if (status && primary.status !== mirror.status)
    found.add({
      place: 'status',
      kind: 'value',
      ignored: false,
      show: async () => [primary.status, mirror.status],
    });
  const both = [primary, mirror];
  const withTrailers =
    both.every(({ trailers }) => trailers !== null) ||
    both.some(({ headers }) => headerValue(headers, 'grpc-status') !== undefined);
  const [one, other] = both.map(({ headers, trailers }) =>
    withTrailers ? headers.concat(trailers ?? []) : headers,
  );
  compareFields(one!, other!, fields, found);
}
