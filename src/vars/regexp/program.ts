import type { Look, Repeat, Tree } from './syntax.ts';

/** What a step does. It goes on at the next one, unless it says otherwise. */
export const STEPS = {
  /** Takes the characters of a run, whose first word is number `to`. */
  run: 0,
  /** Goes on at `to`, and at `or` as well. */
  fork: 1,
  /** Goes on at `to`. */
  jump: 2,
  /** Goes on where the look number `to` has found something; where it has not, if `or` is 1. */
  look: 3,
  '^': 4,
  $: 5,
  '\\b': 6,
  '\\B': 7,
  /** A match ends here. */
  match: 8,
} as const;

/** One step on the way through a pattern. */
export interface Step {
  readonly does: number;
  to: number;
  or: number;
}

/**
 * Up to 32 characters that follow each other. Which of them may be next is a number of as many bits, so
 * that a long word, or `.{1,255}`, costs hardly more than one character.
 */
export interface Word {
  /** For each of the characters the number of its set. */
  readonly sets: readonly number[];
  /** The bits of those behind which the run may end. */
  readonly ends: number;
  /** The step behind the run. */
  readonly behind: number;
  /** Whether the run goes on in the next word. */
  readonly goesOn: boolean;
}

export interface Program {
  readonly steps: readonly Step[];
  readonly words: readonly Word[];
}

/** A pattern, ready to run. */
export interface Compiled extends Program {
  /** What stands around a place is found by programs of their own, inner ones before outer ones. */
  readonly looks: readonly (Program & {
    /** Runs backwards. */
    readonly ahead: boolean;
  })[];
  /** The sets of characters, as they stand in the pattern. */
  readonly sets: readonly string[];
}

const WORD_BITS = 32;

/**
 * What a pattern may cost for each character of a text, in words and in steps that branch: seventy words
 * to choose from. So many take about 50 ms for 32 KiB, if a client finds the text that keeps all of
 * them busy.
 */
const MOST_STEPS = 150;

/** A look goes through the text on its own. */
const LOOK_STEPS = 16;

/** @throws SyntaxError when it is too large */
export function compile(tree: Tree): Compiled {
  const sets = new Map<string, number>();
  const looks: (Program & { readonly ahead: boolean })[] = [];
  /** A look that is repeated is still one. */
  const numbers = new Map<Look, number>();
  let cost = 0;
  return { ...programOf(tree, false), looks, sets: [...sets.keys()] };

  function count(steps = 1): void {
    cost += steps;
    if (cost > MOST_STEPS)
      throw new SyntaxError(
        `over ${MOST_STEPS} steps, where counts such as {2,50} multiply: write it as several`,
      );
  }

  function numberOfSet(set: string): number {
    if (!sets.has(set)) sets.set(set, sets.size);
    return sets.get(set)!;
  }

  function numberOfLook(look: Look): number {
    if (!numbers.has(look)) {
      count(LOOK_STEPS);
      const program = programOf(look.of, look.ahead);
      numbers.set(look, looks.push({ ...program, ahead: look.ahead }) - 1);
    }
    return numbers.get(look)!;
  }

  function programOf(root: Tree, backwards: boolean): Program {
    const steps: Step[] = [];
    const words: Word[] = [];
    write(root);
    add('match');
    return { steps, words };

    function add(does: keyof typeof STEPS, to = 0, or = 0): Step {
      const step: Step = { does: STEPS[does], to, or };
      steps.push(step);
      return step;
    }

    /** Goes on here, and somewhere that is not known yet. */
    function fork(): Step {
      count();
      return add('fork', steps.length + 1);
    }

    function write(part: Tree): void {
      switch (part.kind) {
        case 'character':
          return run([part.set], 1);
        case 'assertion':
          count();
          return void add(part.is);
        case 'look':
          count();
          return void add('look', numberOfLook(part), part.not ? 1 : 0);
        case 'sequence':
          return sequence(backwards ? part.of.toReversed() : part.of);
        case 'choice':
          return choice(part.of);
        case 'repeat':
          if (part.most === Infinity) return endless(part.of, part.least);
          return part.of.kind === 'character' ? counted(part.of.set, part) : copies(part);
      }
    }

    /** @param least so many of the characters there have to be */
    function run(characters: readonly string[], least: number): void {
      add('run', words.length);
      for (let start = 0; start < characters.length; start += WORD_BITS) {
        count();
        const word = characters.slice(start, start + WORD_BITS);
        let ends = 0;
        for (const bit of word.keys()) if (start + bit + 1 >= least) ends |= 1 << bit;
        const goesOn = start + WORD_BITS < characters.length;
        words.push({ sets: word.map(numberOfSet), ends, behind: steps.length, goesOn });
      }
    }

    function sequence(parts: readonly Tree[]): void {
      let row: string[] = [];
      for (const part of parts) {
        if (part.kind === 'character') row.push(part.set);
        else {
          flush();
          write(part);
        }
      }
      flush();

      function flush(): void {
        if (row.length > 0) run(row, row.length);
        row = [];
      }
    }

    function choice(parts: readonly Tree[]): void {
      const jumps: Step[] = [];
      for (const part of parts.slice(1)) {
        const other = fork();
        write(part);
        jumps.push(add('jump'));
        other.or = steps.length;
      }
      write(parts[0]!);
      for (const jump of jumps) jump.to = steps.length;
    }

    function counted(set: string, { least, most }: Repeat): void {
      if (most === 0) return;
      const skip = least === 0 ? fork() : null;
      // What is too many need not be counted out.
      const length = Math.min(most, (MOST_STEPS + 1) * WORD_BITS);
      run(new Array<string>(length).fill(set), Math.max(1, least));
      if (skip !== null) skip.or = steps.length;
    }

    function copies({ of, least, most }: Repeat): void {
      const skips: Step[] = [];
      for (let i = 0; i < most; i += 1) {
        if (i >= least) skips.push(fork());
        const start = steps.length;
        write(of);
        // Nothing, however often, is nothing.
        if (steps.length === start) break;
      }
      for (const skip of skips) skip.or = steps.length;
    }

    function endless(of: Tree, least: number): void {
      if (least > 1) write({ kind: 'repeat', of, least: least - 1, most: least - 1 });
      const skip = least === 0 ? fork() : null;
      const start = steps.length;
      write(of);
      count();
      add('fork', start, steps.length + 1);
      if (skip !== null) skip.or = steps.length;
    }
  }
}

/** Whether a match can begin at the start of a text alone. */
export function isAnchored(tree: Tree): boolean {
  switch (tree.kind) {
    case 'assertion':
      return tree.is === '^';
    case 'sequence':
      return tree.of.length > 0 && isAnchored(tree.of[0]!);
    case 'choice':
      return tree.of.every(isAnchored);
    case 'repeat':
      return tree.least > 0 && isAnchored(tree.of);
    default:
      return false;
  }
}
