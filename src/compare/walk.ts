import type { DifferenceKind } from './comparison.ts';
import { Equality } from './equality.ts';
import type { Finding, Findings } from './findings.ts';
import { ANY, MAX_NAMES, placeOf } from './pointer.ts';
import type { Scope } from './scopes.ts';
import type { Steps } from './steps.ts';
import { ARRAY, ENTRY, NONE, OBJECT, type Tape } from './tape.ts';

/**
 * Compares the documents of a tape and adds how they differ. Takes steps linear in the size of both.
 *
 * @param scope of both documents
 * @param tolerance relative difference of numbers that counts as none
 * @throws OverBudget
 */
export function compareJson(
  tape: Tape,
  scope: Scope,
  tolerance: number,
  found: Findings,
  steps: Steps,
): void {
  new Walk(tape, tolerance, found, steps).pair(0, tape.mirror, scope);
}

/** A secret value whose parts are being compared. They must not be shown, nor where they are. */
interface Secret {
  readonly show: Finding['show'];
  readonly depth: number;
}

/** Elements of an array. */
type Elements = readonly number[];

type ScopeOf = (element: number) => Scope;

/** Values are entries: of two, the first is the primary's. */
class Walk {
  readonly #tape: Tape;
  readonly #found: Findings;
  readonly #steps: Steps;
  readonly #equality: Equality;
  /** The way to the values that are being compared; `*` for an index. */
  readonly #names: string[] = [];
  /** The place of the last difference; `null` once the way is another. */
  #place: string | null = null;
  #kind: DifferenceKind = 'value';
  #wasIgnored = false;
  #secret: Secret | null = null;
  /** Differences that count. */
  #counted = 0;
  /** True if differences are only noticed. */
  #isTrial = false;

  constructor(tape: Tape, tolerance: number, found: Findings, steps: Steps) {
    this.#tape = tape;
    this.#found = found;
    this.#steps = steps;
    this.#equality = new Equality(tape, tolerance, steps);
  }

  pair(ours: number, theirs: number, scope: Scope): void {
    this.#steps.take();
    if (this.#found.isFull) return;
    if (!scope.redacted || this.#secret !== null) return this.#values(ours, theirs, scope);
    this.#secret = {
      show: (previews) => previews.json(ours, theirs, scope),
      depth: this.#names.length,
    };
    this.#values(ours, theirs, scope);
    this.#secret = null;
  }

  #values(ours: number, theirs: number, scope: Scope): void {
    const kind = this.#tape.kind(ours);
    if (!this.#equality.hasSameType(ours, theirs)) this.#add('type', ours, theirs, scope);
    else if (kind === OBJECT) this.#objects(ours, theirs, scope);
    else if (kind === ARRAY) this.#arrays(ours, theirs, scope);
    else if (!this.#equality.ofScalars(ours, theirs)) this.#add('value', ours, theirs, scope);
  }

  /** Looks names up only where the mirror's come in another order. */
  #objects(ours: number, theirs: number, scope: Scope): void {
    const tape = this.#tape;
    const end = tape.second(theirs);
    let other = theirs + ENTRY;
    let others: Map<number, number> | null = null;
    for (const [value, inner, name] of tape.within(ours, scope)) {
      const number = tape.first(name);
      let partner = other + ENTRY;
      if (others === null && other < end && tape.first(other) === number) {
        other = tape.after(other);
      } else {
        if (others === null) {
          others = new Map();
          for (let at = other; at < end; at = tape.after(at))
            others.set(tape.first(at), at + ENTRY);
        }
        partner = others.get(number) ?? NONE;
        others.set(number, NONE);
      }
      this.#member(name, value, partner, inner);
    }
    for (; other < end; other = tape.after(other)) {
      this.#steps.take();
      if (others?.get(tape.first(other)) !== NONE)
        this.#member(other, NONE, other + ENTRY, scope.member(tape.nameOf(other)));
    }
  }

  /** One of both values may be `NONE`. */
  #member(name: number, ours: number, theirs: number, scope: Scope): void {
    this.#enter(this.#tape.nameOf(name));
    if (theirs === NONE) this.#add('missing', ours, theirs, scope);
    else if (ours === NONE) this.#add('extra', ours, theirs, scope);
    else this.pair(ours, theirs, scope);
    this.#leave();
  }

  #enter(name: string): void {
    this.#names.push(name);
    this.#place = null;
  }

  #leave(): void {
    this.#names.pop();
    this.#place = null;
  }

  #arrays(ours: number, theirs: number, scope: Scope): void {
    const [length, otherLength] = [this.#tape.count(ours), this.#tape.count(theirs)];
    const hasSameLength = length === otherLength;
    if (!hasSameLength)
      this.#add('length', ours, theirs, scope, scope.ignored, [length, otherLength]);
    const scopeOf = this.#scopesOf([ours, theirs], scope);
    const [left, right] = hasSameLength
      ? this.#differing(ours, theirs, scopeOf)
      : this.#untrimmed(ours, theirs, scopeOf);
    if (left.length === 0 || right.length === 0) return;
    const [odd, otherOdd] = this.#unmatched(left, right, scopeOf);
    const differs = this.#differsInPairs(odd, otherOdd, scopeOf);
    const hasMoved = hasSameLength && odd.length < left.length && !scope.unordered;
    if (!hasMoved || differs || this.#isTolerable(left, right, scopeOf)) return;
    const ignored = scope.ignored || left.every((element) => scopeOf(element).ignored);
    this.#add('order', ours, theirs, scope, ignored);
  }

  /** The scopes of the elements of arrays. */
  #scopesOf(arrays: readonly number[], scope: Scope): ScopeOf {
    if (!scope.namesIndex) return () => scope.element(0);
    const indices = new Map(
      arrays.flatMap((array) => this.#tape.parts(array).map((element, i) => [element, i])),
    );
    return (element) => scope.element(indices.get(element)!);
  }

  /** Elements that differ from the one at the same index. */
  #differing(ours: number, theirs: number, scopeOf: ScopeOf): readonly [Elements, Elements] {
    const [left, right]: [number[], number[]] = [[], []];
    const end = this.#tape.second(ours);
    let other = theirs + ENTRY;
    for (let one = ours + ENTRY; one < end; one = this.#tape.after(one)) {
      if (!this.#equality.of(one, other, scopeOf)) {
        left.push(one);
        right.push(other);
      }
      other = this.#tape.after(other);
    }
    return [left, right];
  }

  /** What is left when the equal elements at the beginning and at the end are taken away. */
  #untrimmed(ours: number, theirs: number, scopeOf: ScopeOf): readonly [Elements, Elements] {
    const [left, right] = [this.#tape.parts(ours), this.#tape.parts(theirs)];
    const shorter = Math.min(left.length, right.length);
    const isSame = (i: number, k: number) => this.#equality.of(left[i]!, right[k]!, scopeOf);
    let start = 0;
    while (start < shorter && isSame(start, start)) start += 1;
    let end = 0;
    while (end < shorter - start && isSame(left.length - 1 - end, right.length - 1 - end)) end += 1;
    return [left.slice(start, left.length - end), right.slice(start, right.length - end)];
  }

  /** Those of the given elements that have no equal one among those of the other side. */
  #unmatched(left: Elements, right: Elements, scopeOf: ScopeOf): readonly [Elements, Elements] {
    const identify = (element: number) => this.#equality.identity(element, scopeOf(element));
    const [ours, others] = [left.map(identify), right.map(identify)];
    /** How many of the other side have no equal one yet, by identity. */
    const counts = new Map<number, number>();
    for (const identity of others) counts.set(identity, (counts.get(identity) ?? 0) + 1);
    /** Returns whether there was one. */
    const take = (identity: number): boolean => {
      const count = counts.get(identity) ?? 0;
      if (count > 0) counts.set(identity, count - 1);
      return count > 0;
    };
    const odd = left.filter((_, i) => !take(ours[i]!));
    // What is still counted now has no equal one.
    return [odd, right.filter((_, i) => take(others[i]!))];
  }

  /** Compares the first with the first, and so on. Returns whether a difference counts. */
  #differsInPairs(left: Elements, right: Elements, scopeOf: ScopeOf): boolean {
    const before = this.#counted;
    this.#enter(ANY);
    for (let i = 0; i < Math.min(left.length, right.length); i += 1)
      this.pair(left[i]!, right[i]!, scopeOf(left[i]!));
    this.#leave();
    return this.#counted > before;
  }

  /** Whether the elements at the same index differ by no more than the tolerance. */
  #isTolerable(left: Elements, right: Elements, scopeOf: ScopeOf): boolean {
    if (this.#equality.tolerance === 0) return false;
    const [before, wasTrial] = [this.#counted, this.#isTrial];
    this.#isTrial = true;
    const differs = this.#differsInPairs(left, right, scopeOf);
    this.#counted = before;
    this.#isTrial = wasTrial;
    return !differs;
  }

  #add(
    kind: DifferenceKind,
    ours: number,
    theirs: number,
    scope: Scope,
    ignored = scope.ignored,
    lengths: readonly [number, number] | null = null,
  ): void {
    if (!ignored) this.#counted += 1;
    if (this.#isTrial) return;
    const depth = this.#names.length;
    const shownDepth = this.#secret?.depth ?? depth;
    this.#steps.take(Math.min(shownDepth, MAX_NAMES));
    const shownKind = depth > shownDepth ? 'value' : kind;
    // The elements of a long array may all have the same one.
    const isNew = this.#place === null || this.#kind !== shownKind || this.#wasIgnored !== ignored;
    if (!isNew) return;
    this.#kind = shownKind;
    this.#wasIgnored = ignored;
    const place = (this.#place ??= placeOf(this.#names, shownDepth));
    const show: Finding['show'] =
      lengths === null ? (previews) => previews.json(ours, theirs, scope) : async () => lengths;
    this.#found.add({ place, kind: shownKind, ignored, show: this.#secret?.show ?? show });
  }
}
