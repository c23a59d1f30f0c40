import type { RoutesDocument } from '../config/document.ts';
import type { Store } from './store.ts';
import { checkEdited } from './document-text.ts';

/**
 * Keeps a document in memory until the process ends: for `--upstream`/`--mirror` and for tests.
 *
 * @param initial must be valid: it is not checked
 * @example
 * const store = memoryStore({ routes: [] });
 * await store.update((document) => ({ ...document, routes: [] }));
 */
export function memoryStore(initial: RoutesDocument): Store {
  let document = initial;
  return {
    name: 'memory',
    isTransient: true,
    load: () => Promise.resolve(document),
    // Awaits nothing, so two updates cannot overlap.
    async update(edit) {
      document = checkEdited(edit(document), { where: 'memory' });
      return document;
    },
  };
}
