/** The entry `proxy-mirror/file-store`: routes kept in a file, for Node, Bun and Deno. */
export { fileStore } from './file-store.ts';
export type { FileStoreOptions } from './file-store.ts';
export { StoreError } from '../error.ts';
export type { StoreFault, StorePlace } from '../error.ts';
export type { Store } from '../store.ts';
export type * from '../../config/types.ts';
