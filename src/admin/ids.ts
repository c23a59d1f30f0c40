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
