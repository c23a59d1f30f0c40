import type { Draw } from './draw.ts';

/** One input. Plain data, so that it can be stored in a file and reduced. */
export interface Input {
  /** The data to send or parse, in order: pieces of a stream, texts, operations. */
  readonly pieces: readonly string[];
  /** The other choices that are needed to reproduce it. */
  readonly facts?: Facts;
}

export type Facts = Readonly<Record<string, string | boolean>>;

/** The result of an input. */
export type Verdict =
  /** Accepted, and all readers agree. */
  | { readonly kind: 'alike' }
  | { readonly kind: 'refused' }
  /** The client left before there was a response: checked with the whole batch. */
  | { readonly kind: 'left' }
  /** Accepted, with a listed difference between the readers. */
  | { readonly kind: 'listed'; readonly name: string }
  | { readonly kind: 'finding'; readonly what: string };

/** One subject of fuzzing. */
export interface Part {
  readonly name: string;
  /** Inputs between two checks of what is left behind: a few seconds' worth. */
  readonly batch: number;
  /** Inputs that may be in flight at the same time. */
  readonly lanes: number;
  /** Milliseconds that an input may wait for its peers. */
  patienceMs?: number;
  /** Draws an input. */
  make(draw: Draw): Input;
  /** @param lane number of the concurrent lane; `null`: alone, with fresh connections */
  run(input: Input, lane: number | null): Verdict | Promise<Verdict>;
  /** False once the subject has exited: nothing can be tried any more. */
  alive?(): boolean;
  /** The inputs that a lane has carried since it was new: an input may fail only after others. */
  history?(lane: number): readonly Input[];
  /** Called after a batch, with nothing in flight: checks the whole batch. Returns findings. */
  settle?(): Promise<readonly string[]>;
  /** Called at the very end: checks that nothing is left. Returns findings. */
  finish?(): Promise<readonly string[]>;
}

export const ALIKE: Verdict = { kind: 'alike' };
export const REFUSED: Verdict = { kind: 'refused' };
export const LEFT: Verdict = { kind: 'left' };

export function finding(what: string): Verdict {
  return { kind: 'finding', what };
}
