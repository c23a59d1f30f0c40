/** Numbers of routes that are compared. */
export const MATCH_TABLES = { one: 1, some: 100, many: 10_000 } as const;

/** Name of the nanoseconds of one match in `Figures`. */
export function matchOf(runtime: string, routes: number): string {
  return `match ${runtime} ${routes}`;
}

/** Name of the requests per second of a gateway with so many routes. */
export function wholeOf(runtime: string, routes: number): string {
  return `whole ${runtime} ${routes}`;
}
