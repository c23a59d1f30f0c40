import type { ServerRuntime } from '../runtime/server.ts';
import type { Flags } from '../settings/server.ts';

/** Exit status when a command cannot do what was asked: a wrong word, flag, setting or document. */
export const EXIT_USAGE = 2;

/** One option of a command. */
export interface Option {
  /** Without the dashes. */
  readonly flag: string;
  /** One letter, used with one dash. */
  readonly short?: string;
  /** What its value is, for the help: `FILE`. Default: it is a switch without a value. */
  readonly value?: string;
  readonly help: string;
}

/** A row of the table of commands. */
export interface Command {
  readonly name: string;
  /** What it does, in one line of the help. */
  readonly summary: string;
  /** The words that follow it, for the help, and how many there may be. Default: none. */
  readonly words?: readonly [usage: string, most: number];
  readonly options: readonly Option[];
  /** Further lines of its help. */
  readonly notes?: readonly string[];
  /** Loads its code, so that a command does not wait for the code of others. */
  readonly load: () => Promise<(call: Call) => void | Promise<void>>;
}

/** What the command line says. */
export interface Arguments {
  readonly words: readonly string[];
  /** The last value of each flag that was given; of a switch the empty text. */
  readonly flags: Flags;
  /** All values of each flag that was given. */
  readonly all: Readonly<Record<string, readonly string[]>>;
}

/** What a command is called with. */
export interface Call extends Arguments {
  /** The table, for the help. */
  readonly commands: readonly Command[];
  /** Makes the runtime adapter; only what serves needs one. */
  readonly runtime: () => Promise<ServerRuntime>;
}
