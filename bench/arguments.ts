import { parseArgs } from 'node:util';
import type { TestRuntime } from '../test/runtimes/runtime.ts';
import { runtimesNamed } from './runtimes.ts';

/** The arguments of a program: runtimes by name, and numbers by flag. */
export interface Arguments<Flag extends string> {
  readonly runtimes: readonly TestRuntime[];
  readonly numbers: Readonly<Record<Flag, number>>;
}

/** Arguments of a program that measures several kinds of something. */
export interface KindArguments<Flag extends string, Kind> extends Arguments<Flag> {
  readonly kinds: readonly Kind[];
}

/**
 * As `readArguments`, with `--only TEXT`.
 *
 * @param all kinds, of which those are wanted whose names contain the text
 */
export function readKindArguments<Flag extends string, Kind extends { readonly name: string }>(
  args: readonly string[],
  defaults: Readonly<Record<Flag, number>>,
  all: readonly Kind[],
): KindArguments<Flag, Kind> {
  const at = args.indexOf('--only');
  if (at < 0) return { ...readArguments(args, defaults), kinds: all };
  const text = args[at + 1] ?? '';
  const kinds = all.filter(({ name }) => name.includes(text));
  if (text === '' || kinds.length === 0) {
    const names = all.map(({ name }) => `"${name}"`).join(', ');
    throw new Error(`--only "${text}": expected a part of one of ${names}`);
  }
  return { ...readArguments(args.toSpliced(at, 2), defaults), kinds };
}

/** @param defaults every flag, all of which take a number, with its default */
export function readArguments<Flag extends string>(
  args: readonly string[],
  defaults: Readonly<Record<Flag, number>>,
): Arguments<Flag> {
  const flags = Object.keys(defaults) as Flag[];
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: Object.fromEntries(flags.map((flag) => [flag, { type: 'string' as const }])),
  });
  const given = flags.map((flag) => [flag, numberOf(flag, values[flag], defaults[flag])]);
  return { runtimes: runtimesNamed(positionals), numbers: Object.fromEntries(given) };
}

export function numberOf(flag: string, text: unknown, fallback: number): number {
  const number = text === undefined ? fallback : Number(text);
  if (number > 0) return number;
  throw new Error(`--${flag} ${String(text)}: expected a number above 0`);
}
