import type { MemoryBudget } from '../../http/memory-budget.ts';
import type { Difference } from '../comparison.ts';
import { pathOf } from './endpoint.ts';
import type { ExampleReport } from './report.ts';

/** Estimated memory of an example, beside its texts. */
const EXAMPLE_BYTES = 200;

/** Examples of a kind of difference when the pair does not say how many. */
const DEFAULT_KEEP = 2;
const MAX_KEEP = 20;
/** Characters of the JSON of one value, and of a request id. */
const MAX_PREVIEW_CHARACTERS = 1024;
const MAX_ID_CHARACTERS = 128;

/** The first examples of a kind of difference. */
export interface Examples {
  /** How many are wanted. */
  keep: number;
  readonly list: ExampleReport[];
}

/** What examples tell of a pair. */
export interface PairFacts {
  /** Path and query as received. The query is not kept. */
  readonly target: string;
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** Examples kept for each kind of difference, the attribute `keep`. Default 2, at most 20. */
  readonly keep?: number;
}

/** Keeps an example if another one is wanted and there is memory for it. */
export function keepExample(
  examples: Examples,
  { primary, mirror }: Pick<Difference, 'primary' | 'mirror'>,
  { target, requestId, atMs, keep = DEFAULT_KEEP }: PairFacts,
  budget: MemoryBudget,
): void {
  examples.keep = Math.min(keep, MAX_KEEP);
  if (examples.list.length >= examples.keep) return;
  const example = {
    request_id: requestId.slice(0, MAX_ID_CHARACTERS),
    time: new Date(atMs).toISOString(),
    path: pathOf(target),
    ...(primary !== undefined && { primary: preview(primary) }),
    ...(mirror !== undefined && { mirror: preview(mirror) }),
  };
  add(examples, example, budget);
}

/** Adds examples of the same difference that were kept elsewhere. */
export function addExamples(examples: Examples, more: Examples, budget: MemoryBudget): void {
  examples.keep = Math.max(examples.keep, Math.min(more.keep, MAX_KEEP));
  for (const example of more.list) {
    if (examples.list.length >= examples.keep) break;
    add(examples, example, budget);
  }
}

function add({ list }: Examples, example: ExampleReport, budget: MemoryBudget): void {
  const json = JSON.stringify(example);
  if (!budget.reserve(EXAMPLE_BYTES + 2 * json.length)) return;
  // Read back from JSON: engines keep the whole of a text, such as a head of 64 KiB, while a part of it is in use.
  list.push(JSON.parse(json) as ExampleReport);
}

/** The value itself, or the beginning of its JSON if that is long. */
function preview(value: unknown): unknown {
  const json = JSON.stringify(value) ?? '';
  return json.length > MAX_PREVIEW_CHARACTERS
    ? `${json.slice(0, MAX_PREVIEW_CHARACTERS)}...`
    : value;
}
