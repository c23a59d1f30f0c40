import { quoted } from '../http/quoted.ts';
import { SettingError } from '../settings/values.ts';
import { VERSION } from '../version.ts';
import { COMMON_OPTIONS, meant } from './arguments.ts';
import type { Call, Command, Option } from './command.ts';

export const VERSION_LINE: string = `proxy-mirror ${VERSION}`;

/** `help [COMMAND]` */
export function help({ words: [name], commands }: Call): void {
  console.log(name === undefined ? generalHelp(commands) : commandHelp(commandOf(name, commands)));
}

/** The command with this name. @throws SettingError that says which one is near */
export function commandOf(name: string, commands: readonly Command[]): Command {
  const command = commands.find((one) => one.name === name);
  if (command !== undefined) return command;
  const names = [
    ...commands.map((one) => one.name),
    ...COMMON_OPTIONS.map(({ flag }) => `--${flag}`),
  ];
  // npm takes flags that stand before the dashes for its own, and passes on their values alone.
  if (/^https?:/.test(name))
    throw new SettingError(
      `expected a command or a flag, found ${quoted(name)}; npm passes on flags behind "--" alone: npm start -- --upstream URL`,
    );
  throw new SettingError(
    `unknown command ${quoted(name)}${meant(name, names)} proxy-mirror help lists all`,
  );
}

/** What `--help` without a command prints. */
export function generalHelp(commands: readonly Command[]): string {
  return [
    `${VERSION_LINE}: a gateway that sends copies of requests to mirrors`,
    '',
    'Usage: proxy-mirror [COMMAND] [OPTION]...',
    '',
    'Commands:',
    ...columns(commands.map((command) => [usageOf(command), command.summary])),
    '',
    'Options:',
    ...optionLines(COMMON_OPTIONS),
    '',
    'proxy-mirror help COMMAND prints the options of a command.',
  ].join('\n');
}

/** What a command with `--help` prints. */
export function commandHelp(command: Command): string {
  const { summary, options, notes = [] } = command;
  return [
    `Usage: proxy-mirror ${usageOf(command)} [OPTION]...`,
    '',
    `${summary}.`,
    '',
    'Options:',
    ...optionLines([...options, ...COMMON_OPTIONS]),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ].join('\n');
}

function usageOf({ name, words }: Command): string {
  return words === undefined ? name : `${name} ${words[0]}`;
}

function optionLines(options: readonly Option[]): string[] {
  return columns(
    options.map(({ flag, short, value, help: text }) => [
      `${short === undefined ? '   ' : `-${short},`} --${flag}${value === undefined ? '' : ` ${value}`}`,
      text,
    ]),
  );
}

function columns(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
