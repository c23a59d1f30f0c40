import { ANY, ANY_DEPTH, parsePointer } from './pointer.ts';
import { OverBudget } from './steps.ts';

/** What pointers say of one value of a document. */
export interface Scope {
  /** The value, or one that holds it, is matched by `ignore`. */
  readonly ignored: boolean;
  /** The order of this array's elements does not matter. */
  readonly unordered: boolean;
  /** The value, or one that holds it, is secret. */
  readonly redacted: boolean;
  /** The scope of an object's member. */
  member(name: string): Scope;
  /** False if all elements of an array have the same scope. */
  readonly namesIndex: boolean;
  /** The scope of an array's element. */
  element(index: number): Scope;
}

/** Pointers by what they are for. */
type Pointers = Readonly<Record<'ignored' | 'unordered' | 'redacted', readonly string[]>>;

interface Pattern {
  readonly use: keyof Pointers;
  readonly names: readonly string[];
}

/** A place in a pattern: all before `at` is matched. */
interface Position {
  readonly pattern: number;
  readonly at: number;
}

/** Most scopes that are kept. Documents cannot make many unless there are many pointers with `**`. */
const MAX_SCOPES = 1000;

/**
 * Most places in patterns that are looked at for one pair, to make scopes: about a second's work. With ten patterns such as
 * `/**\/a/**\/b`, each value of a document that was made for it may need a scope of its own.
 */
const MAX_PLACES = 1_000_000;

/**
 * Compiles pointers to an automaton, so that following a document costs the same for any number of pointers. Its
 * states, the scopes, are made when a document first reaches them.
 *
 * @returns gives the scope of a whole document; to be called for each pair. Scopes throw `OverBudget` if a pair needs too
 *   many
 */
export function compileScopes(pointers: Pointers): () => Scope {
  const patterns = (Object.keys(pointers) as (keyof Pointers)[]).flatMap((use) =>
    pointers[use].map((pointer): Pattern => ({ use, names: parsePointer(pointer) })),
  );
  let automaton = new Automaton(patterns);
  return () => {
    if (automaton.size > MAX_SCOPES) automaton = new Automaton(patterns);
    automaton.places = 0;
    return automaton.root;
  };
}

class Automaton {
  readonly root: Scope;
  /** Places that were looked at. */
  places = -Infinity;
  readonly #patterns: readonly Pattern[];
  readonly #scopes = new Map<string, Scope>();

  constructor(patterns: readonly Pattern[]) {
    this.#patterns = patterns;
    const starts = patterns.map((_, pattern) => ({ pattern, at: 0 }));
    this.root = this.scopeOf(starts, { ignored: false, redacted: false });
  }

  get size(): number {
    return this.#scopes.size;
  }

  namesOf({ pattern, at }: Position): readonly string[] {
    return this.#patterns[pattern]!.names.slice(at, at + 1);
  }

  /** @param above of the value that holds this one: what it says holds for all within */
  scopeOf(reached: readonly Position[], above: Pick<Scope, 'ignored' | 'redacted'>): Scope {
    this.places += reached.length;
    if (this.places > MAX_PLACES) throw new OverBudget('the pointers match too many ways');
    const positions = new Map<string, Position>();
    const matched = new Set<keyof Pointers>();
    for (const { pattern, at } of reached) {
      const { use, names } = this.#patterns[pattern]!;
      // `**` also stands for nothing.
      for (let next = at; ; next += 1) {
        if (next === names.length) matched.add(use);
        else positions.set(`${pattern}.${next}`, { pattern, at: next });
        if (names[next] !== ANY_DEPTH) break;
      }
    }
    const ignored = above.ignored || matched.has('ignored');
    const redacted = above.redacted || matched.has('redacted');
    const unordered = matched.has('unordered');
    const key = `${[...positions.keys()].toSorted().join()} ${ignored} ${redacted} ${unordered}`;
    let scope = this.#scopes.get(key);
    if (scope === undefined) {
      scope = new LazyScope(this, [...positions.values()], { ignored, redacted, unordered });
      this.#scopes.set(key, scope);
    }
    return scope;
  }
}

class LazyScope implements Scope {
  readonly ignored: boolean;
  readonly unordered: boolean;
  readonly redacted: boolean;
  readonly #automaton: Automaton;
  readonly #positions: readonly Position[];
  /** By the names that stand in patterns here. */
  readonly #named = new Map<string, Scope | null>();
  /** For all other names and indices. */
  #other: Scope | null = null;
  readonly namesIndex: boolean;

  constructor(
    automaton: Automaton,
    positions: readonly Position[],
    flags: Pick<Scope, 'ignored' | 'unordered' | 'redacted'>,
  ) {
    this.#automaton = automaton;
    this.#positions = positions;
    this.ignored = flags.ignored;
    this.unordered = flags.unordered;
    this.redacted = flags.redacted;
    for (const position of positions)
      for (const name of automaton.namesOf(position))
        if (name !== ANY && name !== ANY_DEPTH) this.#named.set(name, null);
    this.namesIndex = [...this.#named.keys()].some((name) => /^\d+$/.test(name));
  }

  member(name: string): Scope {
    const known = this.#named.get(name);
    if (known === undefined) return (this.#other ??= this.#step(null));
    if (known !== null) return known;
    const scope = this.#step(name);
    this.#named.set(name, scope);
    return scope;
  }

  element(index: number): Scope {
    return this.namesIndex ? this.member(String(index)) : (this.#other ??= this.#step(null));
  }

  /** @param name `null` for one that no pattern names */
  #step(name: string | null): Scope {
    const reached: Position[] = [];
    for (const { pattern, at } of this.#positions) {
      const [wanted] = this.#automaton.namesOf({ pattern, at });
      if (wanted === ANY_DEPTH) reached.push({ pattern, at });
      else if (wanted === ANY || wanted === name) reached.push({ pattern, at: at + 1 });
    }
    return this.#automaton.scopeOf(reached, this);
  }
}
