import { parseArgs } from 'node:util';
import { bun } from '../runtimes/bun.ts';
import { deno } from '../runtimes/deno.ts';
import { node } from '../runtimes/node.ts';
import type { TestServerRuntime } from '../runtimes/runtime.ts';
import { keep, readKept } from './corpus.ts';
import type { Input, Part } from './part.ts';
import { socketParts, unitParts } from './parts.ts';
import { type Found, inputOf, newTally, runBatch, type Tally } from './run.ts';
import { Stage } from './wire/stage.ts';

const RUNTIMES: Readonly<Record<string, TestServerRuntime>> = { node, bun, deno };

const USAGE = `npm run fuzz -- [--minutes N] [--seed S] [--runtime node|bun|deno] [--part NAME]...
             [--case N]      the one input of that number, with --seed and --part
             [--file PATH]   an input out of a file of the corpus`;

/** Limit of processor time in milliseconds for one input of 32 KiB. */
const LIMIT_MS = 50;

/** More findings would not help; the seed reproduces them. */
const MAX_FINDINGS = 50;

/** @returns whether there were no findings */
export async function main(args: readonly string[]): Promise<boolean> {
  const options = readOptions(args);
  const { seed, minutes, runtime, only, number, file } = options;
  const stage = await Stage.start(runtime);
  const parts = [...socketParts(stage), ...unitParts(LIMIT_MS)].filter(
    ({ name }) => only === undefined || only.includes(name),
  );
  if (parts.length === 0) throw new Error(`no part ${String(only)}\n${USAGE}`);
  try {
    if (file !== undefined) {
      const { part, input } = kept(parts, file);
      return await show(part, input);
    }
    if (number !== undefined) return await show(parts[0]!, inputOf(parts[0]!, seed, number));
    console.log(`${minutes} minutes on ${runtime.name}; again with --seed ${seed}`);
    const tallies = await fuzz(parts, seed, performance.now() + minutes * 60_000);
    const left = await stage.finish();
    for (const fault of left) console.log(`FOUND at the end: ${fault}`);
    for (const [name, tally] of tallies) console.log(textOf(name, tally));
    return (
      left.length === 0 && [...tallies.values()].every(({ findings }) => findings.length === 0)
    );
  } finally {
    await stage.gateway.stop();
  }
}

/** Runs one batch of each part in turn, so that all parts get their share whenever the run ends. */
async function fuzz(
  parts: readonly Part[],
  seed: number,
  until: number,
): Promise<Map<string, Tally>> {
  const tallies = new Map(parts.map(({ name }) => [name, newTally()]));
  const found = () => [...tallies.values()].reduce((sum, { findings }) => sum + findings.length, 0);
  for (let round = 0; performance.now() < until && found() < MAX_FINDINGS; round++) {
    for (const part of parts) {
      const tally = tallies.get(part.name)!;
      const size = part.batch;
      const before = tally.findings.length;
      await runBatch({ part, seed, from: round * size, to: (round + 1) * size }, tally);
      for (const one of tally.findings.slice(before)) tell(one);
      if (part.alive?.() === false) return tallies;
      if (performance.now() > until) break;
    }
  }
  return tallies;
}

function tell({ part, what, number, input, again: confirmed }: Found): void {
  const path = confirmed ? keep(part, what, input) : 'not tried a second time, or not seen then';
  console.log(
    `FOUND ${part} --case ${number}: ${what.slice(0, 1000)}\n  ${JSON.stringify(input).slice(0, 2000)}\n  ${path}`,
  );
}

function kept(parts: readonly Part[], path: string): { part: Part; input: Input } {
  const { part: name, input } = readKept(path);
  const part = parts.find((one) => one.name === name);
  if (part === undefined) throw new Error(`no part ${name}, which the file's folder is called by`);
  return { part, input };
}

/** Runs one input and prints all of it. */
async function show(part: Part, input: Input): Promise<boolean> {
  const verdict = await part.run(input, null);
  const left = (await part.settle?.()) ?? [];
  console.log(input, verdict, left);
  return verdict.kind !== 'finding' && left.length === 0;
}

function textOf(name: string, { inputs, alike, refused, left, listed, findings }: Tally): string {
  const lines = [...listed]
    .toSorted(([, a], [, b]) => b - a)
    .map(([what, count]) => `    ${count} ${what}`);
  const total = [...listed.values()].reduce((sum, count) => sum + count, 0);
  const figures = `${inputs} inputs: ${alike} alike, ${refused} refused, ${left} left, ${total} on the list, ${findings.length} findings`;
  return [`${name}: ${figures}`, ...lines].join('\n');
}

function readOptions(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
      runtime: { type: 'string', default: 'node' },
      part: { type: 'string', multiple: true },
      case: { type: 'string' },
      file: { type: 'string' },
    },
  });
  const runtime = RUNTIMES[values.runtime];
  if (runtime === undefined) throw new Error(USAGE);
  return {
    runtime,
    seed: Number(values.seed),
    minutes: Number(values.minutes),
    only: values.part,
    number: values.case === undefined ? undefined : Number(values.case),
    file: values.file,
  };
}
