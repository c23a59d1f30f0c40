import type { Look, Repeat, Tree } from './syntax.ts';

/** The kinds of steps, which are the NFA's instructions. After a step, the next one follows unless noted. */
export const STEPS = {
  /** Matches a run of characters, whose first word is number `to`. */
  run: 0,
  /** Continues at both `to` and `or`. */
  fork: 1,
  /** Continues at `to`. */
  jump: 2,
  /** Continues where lookaround number `to` matches; if `or` is 1, where it does not match. */
  look: 3,
  '^': 4,
  $: 5,
  '\\b': 6,
  '\\B': 7,
  /** A match ends here. */
  match: 8,
} as const;

/** One instruction of a program. */
export interface Step {
  readonly does: number;
  to: number;
  or: number;
}

/**
 * Up to 32 consecutive characters of a run. The positions in it are the bits of one number (as in the Shift-And
 * algorithm), so that a long word, or `.{1,255}`, costs hardly more than one character.
 */
export interface Word {
  /** For each character, the number of its set. */
  readonly sets: readonly number[];
  /** Bits of the characters after which the run may end. */
  readonly ends: number;
  /** The step after the run. */
  readonly behind: number;
  /** Whether the run continues in the next word. */
  readonly goesOn: boolean;
}

export interface Program {
  readonly steps: readonly Step[];
  readonly words: readonly Word[];
}

/** A compiled pattern. */
export interface Compiled extends Program {
  /** A separate program for each lookaround, inner ones before the ones that contain them. */
  readonly looks: readonly (Program & {
    /** True for a lookahead, which runs backwards through the text. */
    readonly ahead: boolean;
  })[];
  /** The character sets, as written in the pattern. */
  readonly sets: readonly string[];
}

const WORD_BITS = 32;

/**
 * Limit on the cost of a pattern per character of the text, counted in words and branching steps; enough for an
 * alternation of seventy words. At the limit, 32 KiB of text take about 50 ms if a client finds a text that keeps
 * all steps active.
 */
const MAX_STEPS = 150;

/** Cost of a lookaround, which is matched against the whole text separately. */
const LOOK_STEPS = 16;

/** @throws SyntaxError when the pattern is too large */
export function compile(tree: Tree): Compiled {
  const sets = new Map<string, number>();
  const looks: (Program & { readonly ahead: boolean })[] = [];
  /** Numbers of lookarounds. Copies of a repeated lookaround share one program. */
  const numbers = new Map<Look, number>();
  let cost = 0;
  return { ...programOf(tree, false), looks, sets: [...sets.keys()] };

  function count(steps = 1): void {
    cost += steps;
    if (cost > MAX_STEPS)
      throw new SyntaxError(
        `over ${MAX_STEPS} steps, where counts such as {2,50} multiply: write it as several`,
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

    /** Continues at the next step and at `or`, which the caller sets later. */
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

    /** @param least how many of the characters, at least, must match */
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
      // Beyond this length `count` throws anyway, so a huge count need not allocate a huge array.
      const length = Math.min(most, (MAX_STEPS + 1) * WORD_BITS);
      run(new Array<string>(length).fill(set), Math.max(1, least));
      if (skip !== null) skip.or = steps.length;
    }

    function copies({ of, least, most }: Repeat): void {
      const skips: Step[] = [];
      for (let i = 0; i < most; i += 1) {
        if (i >= least) skips.push(fork());
        const start = steps.length;
        write(of);
        // Repeating an empty pattern adds no steps.
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

/** Whether a match can only start at the start of the text (without flag `m`). */
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
