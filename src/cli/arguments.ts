import { quoted } from '../http/quoted.ts';
import { SettingError } from '../settings/values.ts';
import type { Arguments, Command, Option } from './command.ts';
import { nearest } from '../config/nearest.ts';

/** Options of every command. */
export const COMMON_OPTIONS: readonly Option[] = [
  { flag: 'help', short: 'h', help: 'print this' },
  { flag: 'version', short: 'v', help: 'print the version' },
];

/**
 * Parses what follows a command's name: words, `--flag value`, `--flag=value`, `-f value`, `-fvalue`, and `--`, after
 * which all are words. A flag of `COMMON_OPTIONS` is found behind mistakes, too: who asks for help may not know better.
 *
 * @throws SettingError whose message is the line to print
 */
export function parseArguments(args: readonly string[], command: Command): Arguments {
  const words: string[] = [];
  const all: Record<string, string[]> = {};
  let mistake: SettingError | null = null;
  const options = [...command.options, ...COMMON_OPTIONS];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--') {
      words.push(...rest);
      break;
    }
    if (!arg.startsWith('-') || arg === '-') {
      words.push(arg);
      continue;
    }
    try {
      const [{ flag }, value] = readOption(arg, rest, options, command);
      (all[flag] ??= []).push(value);
    } catch (error) {
      if (!(error instanceof SettingError)) throw error;
      mistake ??= error;
    }
  }
  const flags = Object.fromEntries(Object.entries(all).map(([flag, list]) => [flag, list.at(-1)]));
  if (COMMON_OPTIONS.some(({ flag }) => flag in flags)) return { words, flags, all };
  mistake ??= wordMistake(words, command);
  if (mistake !== null) throw mistake;
  return { words, flags, all };
}

/** Reads one option; takes its value from `rest` if it is not in `arg`. */
function readOption(
  arg: string,
  rest: string[],
  options: readonly Option[],
  command: Command,
): [option: Option, value: string] {
  const [name, attached] = splitOption(arg);
  const option = options.find(({ flag, short }) => name === `--${flag}` || name === `-${short}`);
  if (option === undefined) throw unknownFlag(name, options, command);
  if (option.value === undefined) {
    if (attached === undefined) return [option, ''];
    throw new SettingError(`${name}: expected no value, found ${quoted(attached)}`);
  }
  const value = attached ?? rest[0];
  // A value may begin with a dash, as a negative number does, but is not the next flag.
  if (value === undefined || (attached === undefined && value.startsWith('--'))) {
    const found = value === undefined ? 'nothing' : quoted(value);
    throw new SettingError(`${name}: expected its argument, ${option.value}, found ${found}`);
  }
  if (attached === undefined) rest.shift();
  return [option, value];
}

/** The name of an option and the value in the same argument, if there is one. */
function splitOption(arg: string): [name: string, value: string | undefined] {
  if (!arg.startsWith('--')) return [arg.slice(0, 2), arg.length > 2 ? arg.slice(2) : undefined];
  const equals = arg.indexOf('=');
  return equals === -1 ? [arg, undefined] : [arg.slice(0, equals), arg.slice(equals + 1)];
}

function unknownFlag(name: string, options: readonly Option[], command: Command): SettingError {
  const flags = options.map(({ flag }) => `--${flag}`);
  return new SettingError(
    `unknown flag ${quoted(name)}${meant(name, flags)} proxy-mirror help ${command.name} lists all`,
  );
}

function wordMistake(
  words: readonly string[],
  { name, words: rule }: Command,
): SettingError | null {
  const [usage, most] = rule ?? ['no words', 0];
  if (words.length <= most) return null;
  const found = words.map((word) => quoted(word)).join(' ');
  return new SettingError(`${name}: expected ${usage}, found ${found}`);
}

/** What a mistyped word most likely means, as the middle of a message: `: did you mean --port?`, or `:`. */
export function meant(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  return near === null ? ':' : `: did you mean ${near}?`;
}
