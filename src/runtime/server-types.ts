/** The types that runtimes with a listener are made of, for the entries of Node, Bun and Deno. */
export type { NameOptions } from '../http1/client/names/lookup.ts';
export type { Output, WriteOutput } from './output.ts';
export type {
  Certificate,
  FetchApp,
  ForkOptions,
  Listening,
  ListenOptions,
  ServerRuntime,
  TlsListenOptions,
} from './server.ts';
export type { RuntimeOptions } from './sockets/runtime.ts';
export type * from './types.ts';
