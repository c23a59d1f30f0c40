import process from 'node:process';
import { SettingError } from '../settings/values.ts';
import { parseArguments } from './arguments.ts';
import { type Call, type Command, EXIT_USAGE } from './command.ts';
import { commandHelp, commandOf, generalHelp, VERSION_LINE } from './help.ts';
import { faultLines } from './routes.ts';

type Setup = Pick<Call, 'commands' | 'runtime'>;

/** Runs the command that the arguments name. What is wrong with them is printed, and the process exits with 2. */
export async function runCommandLine(args: readonly string[], setup: Setup): Promise<void> {
  try {
    await run(args, setup);
  } catch (error) {
    const isOneLine = error instanceof SettingError || isPermissionMissing(error);
    const lines = isOneLine ? [error.message] : faultLines(error);
    if (lines === null) throw error;
    for (const line of lines) console.error(`proxy-mirror: ${line}`);
    process.exit(EXIT_USAGE);
  }
}

/** True for Deno's error where the process may not read a variable, for example. It names the flag to add. */
function isPermissionMissing(error: unknown): error is Error {
  return error instanceof Error && error.name === 'NotCapable';
}

async function run(args: readonly string[], setup: Setup): Promise<void> {
  // `npm start -- check` passes on what follows the dashes, `deno task start -- check` the dashes as well.
  const given = args[0] === '--' ? args.slice(1) : args;
  const [command, rest, named] = chosen(given, setup.commands);
  const parsed = parseArguments(rest, command);
  if ('help' in parsed.flags)
    console.log(named ? commandHelp(command) : generalHelp(setup.commands));
  else if ('version' in parsed.flags) console.log(VERSION_LINE);
  else await (await command.load())({ ...parsed, ...setup });
}

/** The command, what follows its name, and whether it was named at all. */
function chosen(
  args: readonly string[],
  commands: readonly Command[],
): [command: Command, rest: readonly string[], named: boolean] {
  const [first, ...rest] = args;
  if (first === undefined || first.startsWith('-')) return [commands[0]!, args, false];
  return [commandOf(first, commands), rest, true];
}
