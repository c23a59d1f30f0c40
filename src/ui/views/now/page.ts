import type { ListedMirror, ListedRoute } from './listed.ts';

/** Most rows of a page: a row is a mirror, or a route that has none. */
export const MAX_ROWS = 20;

/** A route with those of its mirrors that are shown. */
export interface Shown {
  readonly route: ListedRoute;
  readonly mirrors: readonly ListedMirror[];
}

/** A page of the list. */
export interface Page {
  readonly shown: readonly Shown[];
  /** Rows before it, and of all pages. */
  readonly before: number;
  readonly rows: number;
}

/**
 * One page of rows, the last if there are fewer. A route with many mirrors may begin on the page before.
 *
 * @param found what all pages show
 * @param number from 1 on
 */
export function pageOf(found: readonly Shown[], number: number): Page {
  const rows = found.reduce((sum, one) => sum + rowsOf(one), 0);
  const pages = Math.max(1, Math.ceil(rows / MAX_ROWS));
  const before = (Math.min(number, pages) - 1) * MAX_ROWS;
  const shown: Shown[] = [];
  let row = 0;
  for (const one of found) {
    if (row >= before + MAX_ROWS) break;
    const [from, to] = [Math.max(0, before - row), before + MAX_ROWS - row];
    if (from < rowsOf(one)) shown.push({ ...one, mirrors: one.mirrors.slice(from, to) });
    row += rowsOf(one);
  }
  return { shown, before, rows };
}

function rowsOf({ mirrors }: Shown): number {
  return Math.max(1, mirrors.length);
}
