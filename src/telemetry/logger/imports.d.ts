/** The import of package.json that leads to the logger of a runtime, in `dist`; this is the type of its source. */
declare module '#logger' {
  export const log: import('./logger.ts').Logger;
}
