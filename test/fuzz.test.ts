import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { corpusOf } from './fuzz/corpus.ts';
import type { Part } from './fuzz/part.ts';
import { socketParts, unitParts } from './fuzz/parts.ts';
import { type Found, newTally, runBatch } from './fuzz/run.ts';
import { Stage } from './fuzz/wire/stage.ts';
import { bun } from './runtimes/bun.ts';
import { deno } from './runtimes/deno.ts';
import { node } from './runtimes/node.ts';

/**
 * The same inputs in every run; `npm run fuzz` draws new ones. Reproduce a finding with `npm run fuzz -- --seed 1
 * --part NAME --case NUMBER`.
 */
const SEED = 1;

/** Far above the limit of `npm run fuzz`: other tests share the machine. Quadratic work still shows. */
const LIMIT_MS = 1000;

/** Number of inputs of each part, for a few seconds. */
const INPUTS: Readonly<Record<string, number>> = {
  requests: 400,
  responses: 400,
  streams: 1500,
  documents: 600,
  admin: 100,
  vars: 600,
  matching: 600,
  routines: 3000,
};

const TIMEOUT_MS = 120_000;

/** Replays the corpus, and then the first inputs of the seed. */
async function replay(part: Part): Promise<void> {
  for (const { name, input } of corpusOf(part.name)) {
    const verdict = await part.run(input, null);
    expect(verdict, name).not.toHaveProperty('what');
  }
  expect((await part.settle?.()) ?? []).toEqual([]);
  const tally = newTally();
  await runBatch({ part, seed: SEED, from: 0, to: INPUTS[part.name]! }, tally);
  expect(tally.findings.map(textOf)).toEqual([]);
  // The generator must produce enough of both.
  expect(tally.alike).toBeGreaterThan(tally.inputs / 20);
}

function textOf({ number, what, input }: Found): string {
  return `--case ${number}: ${what} ${JSON.stringify(input).slice(0, 1000)}`;
}

describe('random inputs', () => {
  it.each(unitParts(LIMIT_MS).map((part) => [part.name, part] as const))(
    '%s',
    (_, part) => replay(part),
    TIMEOUT_MS,
  );

  // Clients are told apart by addresses in 127.0.0.0/8, and sockets are counted in /proc.
  describe.skipIf(process.platform !== 'linux').each([node, deno, bun])('on $name', (runtime) => {
    let stage: Stage;
    let left: readonly string[] | null = null;
    beforeAll(async () => (stage = await Stage.start(runtime)));
    afterAll(async () => left ?? stage.gateway.stop());

    it.each(['requests', 'responses'])(
      '%s',
      (name) => replay(socketParts(stage).find((part) => part.name === name)!),
      TIMEOUT_MS,
    );

    it(
      'leave nothing behind',
      async () => {
        left = await stage.finish();
        expect(left).toEqual([]);
      },
      TIMEOUT_MS,
    );
  });
});
