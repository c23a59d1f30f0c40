import type { RoutesDocument } from '../config/document.ts';
import type { RouteConfig } from '../config/route.ts';

/** etcd's numbers for a key: when it was created and when it was last changed. */
export interface Revision {
  readonly createdIndex: number;
  readonly modifiedIndex: number;
}

/**
 * Stands in for etcd's revisions, which a document in a file does not have: the routes of the first
 * document count from 1 in their order, and each later addition or change takes the next number.
 * The numbers are this process's own and start anew with it.
 *
 * @example
 * const revisions = revisionIndex();
 * revisions({ routes: [{ id: 'a', uri: '/' }] }).get('a'); // { createdIndex: 1, modifiedIndex: 1 }
 */
export function revisionIndex(): (document: RoutesDocument) => ReadonlyMap<string, Revision> {
  let indexed: RoutesDocument | null = null;
  let entries = new Map<string, Revision & { readonly route: RouteConfig }>();
  let latest = 0;

  return function revisionsOf(document) {
    if (document === indexed) return entries;
    const next: typeof entries = new Map();
    for (const route of document.routes) {
      const id = String(route.id);
      const known = entries.get(id);
      if (known === undefined) {
        latest++;
        next.set(id, { createdIndex: latest, modifiedIndex: latest, route });
      } else if (same(known.route, route)) {
        next.set(id, known);
      } else {
        next.set(id, { createdIndex: known.createdIndex, modifiedIndex: ++latest, route });
      }
    }
    entries = next;
    indexed = document;
    return entries;
  };
}

function same(a: RouteConfig, b: RouteConfig): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/**
 * Makes ids for POST: 20 digits that sort by creation, like the etcd revisions APISIX takes. They
 * are made of the time, so that an id does not come back after its route was deleted: milliseconds,
 * then six digits that count up within one.
 *
 * @example idSource()(() => false, 1_700_000_000_000) // '01700000000000000000'
 */
export function idSource(): (taken: (id: string) => boolean, nowMs: number) => string {
  let last = 0n;
  return function nextId(taken, nowMs) {
    let id: string;
    do {
      const byClock = BigInt(nowMs) * 1_000_000n;
      // The clock may stand still or be set back.
      last = byClock > last ? byClock : last + 1n;
      id = last.toString().padStart(20, '0');
    } while (taken(id));
    return id;
  };
}
