import type { Draw } from './draw.ts';

/** One input. Plain data, so that it can be kept in a file and made smaller. */
export interface Input {
  /** What is sent or read, in this order: pieces of a stream, texts, operations. */
  readonly pieces: readonly string[];
  /** What else it takes to do it again. */
  readonly facts?: Facts;
}

export type Facts = Readonly<Record<string, string | boolean>>;

/** What became of an input. */
export type Verdict =
  /** Taken, and read by all readers alike. */
  | { readonly kind: 'alike' }
  | { readonly kind: 'refused' }
  /** Left before there was an answer: what must hold of it is looked at with the whole batch. */
  | { readonly kind: 'left' }
  /** Taken, and read differently in a way that is on a list. */
  | { readonly kind: 'listed'; readonly name: string }
  | { readonly kind: 'finding'; readonly what: string };

/** One thing that is fuzzed. */
export interface Part {
  readonly name: string;
  /** Inputs between two looks at what is left behind: a few seconds' worth. */
  readonly batch: number;
  /** Inputs that may be under way at once. */
  readonly lanes: number;
  /** Milliseconds that an input may take, where it waits for others. */
  patience?: number;
  /** Makes an input by chance. */
  make(draw: Draw): Input;
  /** @param lane which of those at once; `null`: alone, with nothing left over from others */
  run(input: Input, lane: number | null): Verdict | Promise<Verdict>;
  /** False once what is fuzzed has ended: nothing can be tried any more. */
  alive?(): boolean;
  /** What a lane has carried since it was new: an input may be a finding only behind others. */
  history?(lane: number): readonly Input[];
  /** After a batch, with nothing under way: what must hold of all of it. Findings, in words. */
  settle?(): Promise<readonly string[]>;
  /** Everything that must be gone at the very end. */
  finish?(): Promise<readonly string[]>;
}

export const ALIKE: Verdict = { kind: 'alike' };
export const REFUSED: Verdict = { kind: 'refused' };
export const LEFT: Verdict = { kind: 'left' };

export function finding(what: string): Verdict {
  return { kind: 'finding', what };
}
