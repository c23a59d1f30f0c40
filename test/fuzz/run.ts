import { caseSeed, Draw } from './draw.ts';
import { bounded, fewest, minimised } from './minimise.ts';
import type { Input, Part, Verdict } from './part.ts';

/** The results of the inputs of a part. */
export interface Tally {
  inputs: number;
  alike: number;
  refused: number;
  left: number;
  /** Counts by the names of listed differences. */
  readonly listed: Map<string, number>;
  readonly findings: Found[];
}

/** A finding. */
export interface Found {
  readonly part: string;
  readonly what: string;
  /** Number in the run; a finding of a whole batch has the number of its first input. */
  readonly number: number;
  readonly input: Input;
  /** Whether it failed again when it was tried again. Only the first few of a kind are tried again. */
  readonly again: boolean;
}

export interface Batch {
  readonly part: Part;
  readonly seed: number;
  /** Numbers of its inputs. */
  readonly from: number;
  readonly to: number;
}

/** So many findings of a kind are tried again and reduced; more would only take time. */
const MAX_EXPLORED_OF_A_KIND = 3;

/** Patience in milliseconds for an input while it is reduced. */
const HASTE_MS = 2000;

export function newTally(): Tally {
  return { inputs: 0, alike: 0, refused: 0, left: 0, listed: new Map(), findings: [] };
}

/** The input with this number, without the inputs before it. */
export function inputOf(part: Part, seed: number, number: number): Input {
  return part.make(new Draw(caseSeed(seed, part.name, number)));
}

/** Runs inputs of a part in all of its lanes, and then checks what they left behind. */
export async function runBatch(batch: Batch, tally: Tally): Promise<void> {
  const { part, seed, from, to } = batch;
  const inputs = Array.from({ length: to - from }, (_, i) => inputOf(part, seed, from + i));
  const wrong: { number: number; what: string; input: Input; before: readonly Input[] }[] = [];
  await inLanes(part, inputs, (verdict, input, i, lane) => {
    count(tally, verdict);
    if (verdict.kind !== 'finding') return;
    const before = part.history?.(lane) ?? [];
    wrong.push({ number: from + i, what: verdict.what, input, before: [...before] });
  });
  const left = (await part.settle?.()) ?? [];
  if (part.alive?.() === false) {
    // One of the inputs that were in flight, one for each lane.
    for (const { number, what, input } of wrong.slice(0, part.lanes))
      tally.findings.push({
        part: part.name,
        what: [what, ...left].join('; '),
        number,
        input,
        again: false,
      });
    return;
  }
  for (const { number, what, input, before } of wrong)
    tally.findings.push(await explored(part, { number, what, input, before }, tally));
  // A finding of one input is usually a finding of the batch as well.
  if (left.length > 0 && wrong.length === 0)
    tally.findings.push(await exploredBatch(part, from, inputs, left.join('; ')));
}

/** Each lane takes the next input when it has finished one. */
async function inLanes(
  part: Part,
  inputs: readonly Input[],
  onVerdict: (verdict: Verdict, input: Input, i: number, lane: number) => void,
): Promise<void> {
  let next = 0;
  async function work(lane: number): Promise<void> {
    for (let i = next++; i < inputs.length; i = next++)
      onVerdict(await part.run(inputs[i]!, lane), inputs[i]!, i, lane);
  }
  await Promise.all(Array.from({ length: part.lanes }, (_, lane) => work(lane)));
}

function count(tally: Tally, verdict: Verdict): void {
  tally.inputs += 1;
  switch (verdict.kind) {
    case 'listed':
      tally.listed.set(verdict.name, (tally.listed.get(verdict.name) ?? 0) + 1);
      break;
    case 'alike':
    case 'refused':
    case 'left':
      tally[verdict.kind] += 1;
      break;
    case 'finding':
  }
}

/** Tries a finding again, alone or after the earlier inputs of its lane, and reduces it. */
async function explored(
  part: Part,
  {
    number,
    what,
    input,
    before,
  }: { number: number; what: string; input: Input; before: readonly Input[] },
  tally: Tally,
): Promise<Found> {
  const kind = kindOf(what);
  const fails = async (smaller: Input) => {
    const verdict = await part.run(smaller, null);
    return verdict.kind === 'finding' && kindOf(verdict.what) === kind;
  };
  const together: Input = { ...input, pieces: before.flatMap(({ pieces }) => pieces) };
  const found = { part: part.name, what, number };
  const same = tally.findings.filter((other) => kindOf(other.what) === kind);
  if (same.length >= MAX_EXPLORED_OF_A_KIND) return { ...found, input, again: false };
  for (const candidate of before.length > 1 ? [input, together] : [input]) {
    if (!(await fails(candidate))) continue;
    const least = await inHaste(part, () => minimised(candidate, fails));
    await part.settle?.();
    return { ...found, input: least, again: true };
  }
  await part.settle?.();
  return { ...found, input, again: false };
}

/** Shortens the patience, as hundreds of tries may each wait in vain. */
async function inHaste<T>(part: Part, work: () => Promise<T>): Promise<T> {
  const { patienceMs } = part;
  if (patienceMs !== undefined) part.patienceMs = HASTE_MS;
  const result = await work();
  if (patienceMs !== undefined) part.patienceMs = patienceMs;
  return result;
}

/** The fewest inputs of a batch that together leave something behind. */
async function exploredBatch(
  part: Part,
  number: number,
  inputs: readonly Input[],
  what: string,
): Promise<Found> {
  const fails = bounded(async (fewer: readonly Input[]) => {
    await inLanes(part, fewer, () => {});
    return ((await part.settle?.()) ?? []).length > 0;
  });
  const again = await fails(inputs);
  const least = again ? await fewest(inputs, fails) : inputs;
  const [only] = least;
  const input: Input =
    least.length === 1 ? only! : { pieces: least.map((one) => JSON.stringify(one)) };
  return { part: part.name, what, number, input, again };
}

/** The message without the parts that differ from one input to the next. */
function kindOf(what: string): string {
  return what
    .replace(/[:"[{].*$/s, '')
    .replace(/\d+/g, '#')
    .trim();
}
