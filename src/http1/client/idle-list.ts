/** What can stand in an `IdleList`: its neighbours there are its own, so that leaving costs no search. */
export interface IdleEntry<T> {
  before: T | null;
  after: T | null;
}

/** Those who wait, in the order in which they came. Any of them may leave. */
export class IdleList<T extends IdleEntry<T>> {
  /** The one that has waited for longest. */
  first: T | null = null;
  last: T | null = null;

  push(entry: T): void {
    entry.before = this.last;
    if (this.last === null) this.first = entry;
    else this.last.after = entry;
    this.last = entry;
  }

  /** @param entry one that is in this list */
  remove(entry: T): void {
    const { before, after } = entry;
    if (before === null) this.first = after;
    else before.after = after;
    if (after === null) this.last = before;
    else after.before = before;
    entry.before = null;
    entry.after = null;
  }
}
