/** What a look-up found. */
export interface Found {
  readonly addresses: readonly string[];
  /** Milliseconds for which that holds. */
  readonly ttl: number;
}

/** Looks a name up: `null` when there is no such name. Rejects when nobody could tell. */
export type Lookup = (hostname: string) => Promise<Found | null>;
