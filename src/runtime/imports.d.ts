/**
 * The imports of package.json that differ from runtime to runtime. They lead into `dist`; these are the types of
 * their sources.
 */
declare module '#observe' {
  export const observeBody: import('./observe/observed.ts').ObserveBody;
  export const tappedResponse: import('./observe/tapped-response.ts').TapResponse;
}

declare module '#runtime' {
  export const runtime: typeof import('./node.ts').runtime;
}
