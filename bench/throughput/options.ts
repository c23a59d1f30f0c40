import { parseArgs } from 'node:util';
import { numberOf } from '../arguments.ts';
import { CASES, type CaseName, MODES, type Mode } from './cases.ts';

const PARTS = ['rates', 'latency', 'footprint', 'matching', 'workers'] as const;
export type PartName = (typeof PARTS)[number];

const RUNTIMES = ['node', 'bun', 'deno', 'workers'] as const;

/** The options of the benchmark. */
export interface Options {
  readonly runtimes: readonly (typeof RUNTIMES)[number][];
  readonly cases: readonly CaseName[];
  readonly modes: readonly Mode[];
  readonly parts: readonly PartName[];
  /** Names of floors and competitors; `null`: all of the requested runtimes. */
  readonly against: readonly string[] | null;
  readonly turns: number;
  readonly seconds: number;
  readonly connections: number;
  /** Share of the saturating rate at which latency is measured. */
  readonly share: number;
  /** Where to write the chart; `null`: nowhere. */
  readonly chart: string | null;
}

const text = { type: 'string' } as const;

export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      cases: text,
      modes: text,
      parts: text,
      against: text,
      turns: text,
      seconds: text,
      connections: text,
      share: text,
      chart: text,
    },
  });
  return {
    runtimes: chosen('runtime', positionals, RUNTIMES),
    cases: chosen('case', listOf(values.cases), Object.keys(CASES) as CaseName[]),
    modes: chosen('mode', listOf(values.modes), MODES),
    parts: chosen('part', listOf(values.parts), PARTS),
    against: values.against === undefined ? null : listOf(values.against),
    turns: numberOf('turns', values.turns, 5),
    seconds: numberOf('seconds', values.seconds, 3),
    connections: numberOf('connections', values.connections, 64),
    share: numberOf('share', values.share, 0.5),
    chart: values.chart ?? null,
  };
}

function listOf(value: string | undefined): string[] {
  return (value ?? '').split(',').filter((name) => name !== '');
}

/** The items with these names, in their own order; without names, all items. */
function chosen<Name extends string>(
  what: string,
  names: readonly string[],
  known: readonly Name[],
): Name[] {
  const unknown = names.find((name) => !known.some((one) => one === name));
  if (unknown !== undefined)
    throw new Error(`unknown ${what} "${unknown}": expected one of ${known.join(', ')}`);
  return known.filter((name) => names.length === 0 || names.includes(name));
}
