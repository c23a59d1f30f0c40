import type { MemoryBudget } from '../../http/memory-budget.ts';
import type { Difference, DifferenceKind } from '../comparison.ts';
import { countedPlace } from './endpoint.ts';
import { addExamples, type Examples, keepExample, type PairFacts } from './examples.ts';
import { judged } from './noise.ts';

/** Places of an endpoint that are counted apart. The rest is counted by kind alone. */
const MAX_PLACES = 200;
/** Place of what is counted by kind alone. */
const OTHER_PLACE = 'other';
/** Sets of differences of an endpoint that are counted apart. */
const MAX_SETS = 1000;

/** Estimated memory of an entry, beside its texts. */
const DIFFERENCE_BYTES = 400;
const SET_BYTES = 100;

/** Sums of the pairs of an endpoint. Plain data but for the maps. */
export interface EndpointSums {
  readonly method: string;
  readonly path: string;
  pairs: number;
  baselines: number;
  readonly differences: DifferenceSums[];
  /** Index in `differences` by kind and place. */
  readonly indices: Map<string, number>;
  /**
   * Pairs with differences, by the set of those that are not ignored. Which differences are noise changes with each
   * baseline, so that a report can only be exact if it decides about all pairs anew.
   */
  readonly sets: Map<string, number>;
  /** Pairs whose set found no room, as they were judged when they came in. */
  readonly judged: { different: number; noiseOnly: number };
}

export interface DifferenceSums {
  readonly place: string;
  readonly kind: DifferenceKind;
  /** True for all beyond `MAX_PLACES`. */
  readonly rest: boolean;
  count: number;
  ignored: number;
  noise: number;
  /** Times in milliseconds since 1970; 0: no pair showed it. */
  firstMs: number;
  lastMs: number;
  readonly examples: Examples;
}

/** Memory for places and sets, and for examples. */
export interface Budgets {
  readonly sums: MemoryBudget;
  readonly examples: MemoryBudget;
}

export function endpointSums(method: string, path: string): EndpointSums {
  return {
    method,
    path,
    pairs: 0,
    baselines: 0,
    differences: [],
    indices: new Map(),
    sets: new Map(),
    judged: { different: 0, noiseOnly: 0 },
  };
}

/** Adds a pair that was compared. */
export function addPair(
  sums: EndpointSums,
  differences: readonly Difference[],
  facts: PairFacts,
  budgets: Budgets,
): void {
  sums.pairs += 1;
  if (differences.length === 0) return;
  const shown = new Set<number>();
  const ignored = new Set<number>();
  for (const difference of differences) {
    const index = indexOf(sums, difference, budgets.sums);
    (difference.ignored ? ignored : shown).add(index);
    keepExample(sums.differences[index]!.examples, difference, facts, budgets.examples);
  }
  for (const index of shown) ignored.delete(index);
  for (const index of shown) countIn(sums.differences[index]!, facts.atMs);
  for (const index of ignored) {
    countIn(sums.differences[index]!, facts.atMs);
    sums.differences[index]!.ignored += 1;
  }
  addSet(sums, setOf(shown), 1, budgets.sums);
}

/** Adds a pair of two of the old version's responses. */
export function addBaseline(
  sums: EndpointSums,
  differences: readonly Difference[],
  budgets: Budgets,
): void {
  sums.baselines += 1;
  const noisy = differences.filter(({ ignored }) => !ignored);
  const indices = new Set(noisy.map((difference) => indexOf(sums, difference, budgets.sums)));
  for (const index of indices) sums.differences[index]!.noise += 1;
}

/** Adds the sums of another endpoint, whose differences may have other indices. */
export function addEndpoint(sums: EndpointSums, more: EndpointSums, budgets: Budgets): void {
  const indices = more.differences.map((difference) => {
    const { rest, kind } = difference;
    const index = rest ? restOf(sums, kind) : indexOf(sums, difference, budgets.sums);
    addDifference(sums.differences[index]!, difference, budgets.examples);
    return index;
  });
  sums.pairs += more.pairs;
  sums.baselines += more.baselines;
  sums.judged.different += more.judged.different;
  sums.judged.noiseOnly += more.judged.noiseOnly;
  for (const [set, count] of more.sets) {
    const members = indicesIn(set).map((index) => indices[index]!);
    addSet(sums, setOf(new Set(members)), count, budgets.sums);
  }
}

/** Pairs with a difference that is shown, and those that have only others, as judged with what is known now. */
export function verdictOf(sums: EndpointSums): { different: number; noiseOnly: number } {
  const verdict = { ...sums.judged };
  const shown = sums.differences.map((difference) => isShown(difference, sums));
  for (const [set, count] of sums.sets) {
    const isDifferent = indicesIn(set).some((index) => shown[index]);
    verdict[isDifferent ? 'different' : 'noiseOnly'] += count;
  }
  return verdict;
}

function isShown(difference: DifferenceSums, sums: EndpointSums): boolean {
  return judged(difference, sums) === 'shown';
}

/** The index of a difference, which is created if there is none. */
function indexOf(
  sums: EndpointSums,
  { place, kind }: Pick<Difference, 'place' | 'kind'>,
  budget: MemoryBudget,
): number {
  const known = sums.indices.get(`${kind} ${place}`);
  if (known !== undefined) return known;
  const counted = countedPlace(place);
  const key = `${kind} ${counted}`;
  const index = sums.indices.get(key);
  if (index !== undefined) return index;
  const isFull = sums.indices.size >= MAX_PLACES;
  if (isFull || !budget.reserve(DIFFERENCE_BYTES + 2 * key.length)) return restOf(sums, kind);
  // A part of the key, and not of the text that the place came in.
  return create(sums, key, key.slice(kind.length + 1), kind, false);
}

function restOf(sums: EndpointSums, kind: DifferenceKind): number {
  return sums.indices.get(kind) ?? create(sums, kind, OTHER_PLACE, kind, true);
}

function create(
  sums: EndpointSums,
  key: string,
  place: string,
  kind: DifferenceKind,
  rest: boolean,
): number {
  const counts = { count: 0, ignored: 0, noise: 0, firstMs: 0, lastMs: 0 };
  const examples = { keep: 0, list: [] };
  const index = sums.differences.push({ place, kind, rest, ...counts, examples }) - 1;
  sums.indices.set(key, index);
  return index;
}

function countIn(difference: DifferenceSums, atMs: number): void {
  difference.count += 1;
  addTimes(difference, atMs, atMs);
}

function addTimes(difference: DifferenceSums, firstMs: number, lastMs: number): void {
  const isFirst = difference.firstMs === 0 || firstMs < difference.firstMs;
  if (isFirst) difference.firstMs = firstMs;
  difference.lastMs = Math.max(difference.lastMs, lastMs);
}

function addDifference(sums: DifferenceSums, more: DifferenceSums, budget: MemoryBudget): void {
  sums.count += more.count;
  sums.ignored += more.ignored;
  sums.noise += more.noise;
  if (more.firstMs > 0) addTimes(sums, more.firstMs, more.lastMs);
  addExamples(sums.examples, more.examples, budget);
}

function addSet(sums: EndpointSums, set: string, count: number, budget: MemoryBudget): void {
  const known = sums.sets.get(set);
  const isFull = sums.sets.size >= MAX_SETS;
  if (known !== undefined) sums.sets.set(set, known + count);
  else if (!isFull && budget.reserve(SET_BYTES + set.length)) sums.sets.set(set, count);
  else {
    const isDifferent = indicesIn(set).some((index) => isShown(sums.differences[index]!, sums));
    sums.judged[isDifferent ? 'different' : 'noiseOnly'] += count;
  }
}

/** A set of indices as a text with one character for each, in order. Most are visible characters of one byte. */
function setOf(indices: ReadonlySet<number>): string {
  const ordered = [...indices].toSorted((a, b) => a - b);
  return String.fromCharCode(...ordered.map((index) => index + FIRST_CHARACTER));
}

const FIRST_CHARACTER = 0x30;

/** The indices in a set, the reverse of `setOf`. */
function indicesIn(set: string): number[] {
  return Array.from(set, (character) => character.charCodeAt(0) - FIRST_CHARACTER);
}
