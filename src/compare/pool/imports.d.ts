/** The import of package.json that leads to the pool of a runtime, in `dist`; this is the type of its source. */
declare module '#compare-pool' {
  export const comparePool: import('./pool.ts').MakePool;
}
