import { parseArgs } from 'node:util';
import type { Flags } from '../settings/server.ts';
import { SettingError } from '../settings/values.ts';

/**
 * Reads a command line of flags that each have a value.
 *
 * @param names the flags that there are, without the dashes
 * @throws SettingError with the one line to print
 */
export function parseFlags(args: readonly string[], names: readonly string[]): Flags {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
      allowPositionals: false,
    });
    return values as Flags;
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    // Its first sentence: advice that follows takes lines of its own.
    const [sentence] = found.split(/\.(?:\s|$)/);
    throw new SettingError(`${sentence}; flags: ${names.map((n) => `--${n}`).join(' ')}`);
  }
}
