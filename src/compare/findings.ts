import type { Difference, DifferenceKind } from './comparison.ts';
import { Previews } from './previews.ts';
import type { Redactor } from './redact.ts';
import type { Tape } from './tape.ts';

/** Most differences that are kept of a pair. */
const MAX_DIFFERENCES = 100;

/** A difference whose previews are not made yet. */
export interface Finding {
  readonly place: string;
  readonly kind: DifferenceKind;
  readonly ignored: boolean;
  /** Makes the previews of both sides. */
  show(previews: Previews): Promise<readonly [primary: unknown, mirror: unknown]>;
}

/** The differences of one pair: the first of each place and kind, and those that count before ignored ones. */
export class Findings {
  /** What stands in secret parts of both bodies, in canonical form: it must not be shown where it stands elsewhere either. */
  readonly secrets: Set<string> = new Set();
  /** What findings are about, until they are shown. */
  tape: Tape | null = null;
  readonly #counted = new Map<string, Finding>();
  readonly #ignored = new Map<string, Finding>();

  add(finding: Finding): void {
    const kept = finding.ignored ? this.#ignored : this.#counted;
    const key = `${finding.kind} ${finding.place}`;
    if (kept.size < MAX_DIFFERENCES && !kept.has(key)) kept.set(key, finding);
  }

  /** True if there is a difference that is not ignored. */
  get isDifferent(): boolean {
    return this.#counted.size > 0;
  }

  /** True if no other finding would change the result. */
  get isFull(): boolean {
    return this.#counted.size >= MAX_DIFFERENCES;
  }

  /** To be called once. */
  async shown(redactor: Redactor): Promise<Difference[]> {
    const previews = new Previews(redactor, this.secrets, this.tape);
    const ignored = [...this.#ignored].filter(([key]) => !this.#counted.has(key));
    const kept = [...this.#counted, ...ignored].slice(0, MAX_DIFFERENCES);
    const shown: Difference[] = [];
    // One after the other, as each may hash a whole subtree.
    for (const [, { place, kind, ignored: isIgnored, show }] of kept) {
      const [primary, mirror] = await show(previews);
      shown.push({ place, kind, ignored: isIgnored, primary, mirror });
    }
    return shown;
  }
}
