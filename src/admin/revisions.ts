import type { RoutesDocument } from '../config/document.ts';
import type { RouteConfig } from '../config/route.ts';

/** etcd's revision numbers of a key: of its creation and of its last change. */
export interface Revision {
  readonly createdIndex: number;
  readonly modifiedIndex: number;
}

/**
 * Replaces etcd's revisions, which a document in a file does not have. The routes of the first document are
 * numbered from 1 in their order; each later addition or change takes the next number. Each process counts for
 * itself, and a restart begins at 1.
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
 * Makes ids for POST: 20 digits that sort by creation, like the etcd revisions that APISIX uses. They consist of the
 * time in milliseconds and six digits that count within a millisecond, so that the id of a deleted route is not
 * used again.
 *
 * @example idSource()(() => false, 1_700_000_000_000) // '01700000000000000000'
 */
export function idSource(): (taken: (id: string) => boolean, nowMs: number) => string {
  let last = 0n;
  return function nextId(taken, nowMs) {
    let id: string;
    do {
      const byClock = BigInt(nowMs) * 1_000_000n;
      // The clock may not have advanced since the last id, or may have been set back.
      last = byClock > last ? byClock : last + 1n;
      id = last.toString().padStart(20, '0');
    } while (taken(id));
    return id;
  };
}
