import type { DifferenceKind } from './comparison.ts';
import type { Findings } from './findings.ts';
import { Identities } from './identity.ts';
import type { Json, JsonObject } from './json.ts';
import { isWithin, Numeral } from './numeral.ts';
import { ANY, MAX_NAMES, placeOf } from './pointer.ts';
import type { Scope } from './scopes.ts';
import type { Steps } from './steps.ts';

/**
 * Compares two JSON values and adds how they differ. Takes steps linear in the size of both.
 *
 * @param scope of both values
 * @param tolerance relative difference of numbers that counts as none
 * @throws OverBudget
 */
export function compareJson(
  primary: Json,
  mirror: Json,
  scope: Scope,
  tolerance: number,
  found: Findings,
  steps: Steps,
): void {
  new Walk(tolerance, found, steps).pair(primary, mirror, scope);
}

/** A secret value whose parts are being compared. They must not be shown, nor where they are. */
interface Secret {
  readonly primary: Json;
  readonly mirror: Json;
  readonly scope: Scope;
  readonly depth: number;
}

class Walk {
  readonly #tolerance: number;
  readonly #found: Findings;
  readonly #steps: Steps;
  readonly #identities: Identities;
  /** The way to the values that are being compared; `*` for an index. */
  readonly #names: string[] = [];
  #secret: Secret | null = null;
  /** True if a difference that counts was found since this was last set. */
  #differs = false;
  /** True if differences are only noticed. */
  #isTrial = false;

  constructor(tolerance: number, found: Findings, steps: Steps) {
    this.#tolerance = tolerance;
    this.#found = found;
    this.#steps = steps;
    this.#identities = new Identities(steps);
  }

  pair(primary: Json, mirror: Json, scope: Scope): void {
    this.#steps.take();
    if (primary === mirror || this.#found.isFull) return;
    if (!scope.redacted || this.#secret !== null) return this.#values(primary, mirror, scope);
    this.#secret = { primary, mirror, scope, depth: this.#names.length };
    this.#values(primary, mirror, scope);
    this.#secret = null;
  }

  #values(primary: Json, mirror: Json, scope: Scope): void {
    if (typeOf(primary) !== typeOf(mirror)) this.#add('type', primary, mirror, scope);
    else if (primary instanceof Map) this.#objects(primary, mirror as JsonObject, scope);
    else if (Array.isArray(primary)) this.#arrays(primary, mirror as Json[], scope);
    else if (!this.#equalScalars(primary, mirror)) this.#add('value', primary, mirror, scope);
  }

  #equalScalars(primary: Json, mirror: Json): boolean {
    if (primary === mirror) return true;
    if (!isNumber(primary) || !isNumber(mirror)) return false;
    const isEqual =
      typeof primary === 'object' && typeof mirror === 'object' && primary.value === mirror.value;
    return isEqual || isWithin(this.#tolerance, primary, mirror);
  }

  #objects(primary: JsonObject, mirror: JsonObject, scope: Scope): void {
    for (const [name, value] of primary) {
      const other = mirror.get(name);
      this.#names.push(name);
      if (other === undefined) this.#add('missing', value, undefined, scope.member(name));
      else this.pair(value, other, scope.member(name));
      this.#names.pop();
    }
    for (const [name, value] of mirror) {
      this.#steps.take();
      if (primary.has(name)) continue;
      this.#names.push(name);
      this.#add('extra', undefined, value, scope.member(name));
      this.#names.pop();
    }
  }

  #arrays(primary: Json[], mirror: Json[], scope: Scope): void {
    const hasSameLength = primary.length === mirror.length;
    if (!hasSameLength) this.#add('length', primary.length, mirror.length, scope);
    const [ours, theirs] = hasSameLength
      ? this.#differing(primary, mirror, scope)
      : this.#untrimmed(primary, mirror, scope);
    if (ours.length === 0 || theirs.length === 0) return;
    const [left, right] = this.#unmatched(primary, ours, mirror, theirs, scope);
    const differs = this.#differsInPairs(primary, left, mirror, right, scope);
    const hasMoved = hasSameLength && left.length < ours.length && !scope.unordered;
    if (!hasMoved || differs || this.#isTolerable(primary, ours, mirror, scope)) return;
    const ignored = scope.ignored || ours.every((i) => scope.element(i).ignored);
    this.#add('order', primary, mirror, scope, ignored);
  }

  /** Indices of the elements that differ from the one at the same index. */
  #differing(
    primary: readonly Json[],
    mirror: readonly Json[],
    scope: Scope,
  ): readonly [Indices, Indices] {
    const found = range(0, primary.length).filter(
      (i) => !this.#isSame(primary[i]!, mirror[i]!, scope.element(i)),
    );
    return [found, found];
  }

  /** Indices of what is left when the equal elements at the beginning and at the end are taken away. */
  #untrimmed(
    primary: readonly Json[],
    mirror: readonly Json[],
    scope: Scope,
  ): readonly [Indices, Indices] {
    const shorter = Math.min(primary.length, mirror.length);
    const isSame = (i: number, k: number) =>
      this.#isSame(primary[i]!, mirror[k]!, scope.element(i));
    let start = 0;
    while (start < shorter && isSame(start, start)) start += 1;
    let end = 0;
    while (end < shorter - start && isSame(primary.length - 1 - end, mirror.length - 1 - end))
      end += 1;
    return [range(start, primary.length - end), range(start, mirror.length - end)];
  }

  #isSame(primary: Json, mirror: Json, scope: Scope): boolean {
    this.#steps.take();
    if (this.#equalScalars(primary, mirror)) return true;
    return (
      typeOf(primary) === typeOf(mirror) &&
      this.#identities.of(primary, scope) === this.#identities.of(mirror, scope)
    );
  }

  /** Those of the given elements that have no equal one among those of the other side. */
  #unmatched(
    primary: readonly Json[],
    ours: Indices,
    mirror: readonly Json[],
    theirs: Indices,
    scope: Scope,
  ): readonly [Indices, Indices] {
    const counts = new Map<number, number>();
    const identify = (element: Json, i: number) => this.#identities.of(element, scope.element(i));
    const take = (identity: number): boolean => {
      const count = counts.get(identity) ?? 0;
      if (count > 0) counts.set(identity, count - 1);
      return count > 0;
    };
    for (const i of theirs) {
      const identity = identify(mirror[i]!, i);
      counts.set(identity, (counts.get(identity) ?? 0) + 1);
    }
    const left = ours.filter((i) => !take(identify(primary[i]!, i)));
    // What is still counted now has no equal one.
    return [left, theirs.filter((i) => take(identify(mirror[i]!, i)))];
  }

  /** Compares the first with the first, and so on. Returns whether a difference counts. */
  #differsInPairs(
    primary: readonly Json[],
    ours: Indices,
    mirror: readonly Json[],
    theirs: Indices,
    scope: Scope,
  ): boolean {
    const before = this.#differs;
    this.#differs = false;
    this.#names.push(ANY);
    for (let k = 0; k < Math.min(ours.length, theirs.length); k += 1) {
      const i = ours[k]!;
      this.pair(primary[i]!, mirror[theirs[k]!]!, scope.element(i));
    }
    this.#names.pop();
    const differs = this.#differs;
    this.#differs ||= before;
    return differs;
  }

  /** Whether the elements at the same index differ by no more than the tolerance. */
  #isTolerable(
    primary: readonly Json[],
    indices: Indices,
    mirror: readonly Json[],
    scope: Scope,
  ): boolean {
    if (this.#tolerance === 0) return false;
    const [before, wasTrial] = [this.#differs, this.#isTrial];
    this.#isTrial = true;
    const differs = this.#differsInPairs(primary, indices, mirror, indices, scope);
    this.#differs = before;
    this.#isTrial = wasTrial;
    return !differs;
  }

  #add(
    kind: DifferenceKind,
    primary: Json | undefined,
    mirror: Json | undefined,
    scope: Scope,
    ignored = scope.ignored,
  ): void {
    this.#differs ||= !ignored;
    if (this.#isTrial) return;
    const depth = this.#names.length;
    const secret = this.#secret ?? { primary, mirror, scope, depth };
    this.#steps.take(Math.min(secret.depth, MAX_NAMES));
    this.#found.add({
      place: placeOf(this.#names, secret.depth),
      kind: depth > secret.depth ? 'value' : kind,
      ignored,
      show: (previews) => previews.json(secret.primary, secret.mirror, secret.scope),
    });
  }
}

type Indices = readonly number[];

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}

function isNumber(value: Json): value is number | Numeral {
  return typeof value === 'number' || value instanceof Numeral;
}

function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (value instanceof Numeral) return 'number';
  return Array.isArray(value) ? 'array' : typeof value;
}
