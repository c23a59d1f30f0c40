import type { RoutesDocument } from '../config/document.ts';
import type { Store } from './store.ts';
import { checkEdited } from './document-text.ts';

/**
 * A document that lives as long as the process does: for `--upstream`/`--mirror` and for tests.
 *
 * @param initial is taken as valid: check what came from outside first
 * @example
 * const store = memoryStore({ routes: [] });
 * await store.update((document) => ({ ...document, routes: [] }));
 */
export function memoryStore(initial: RoutesDocument): Store {
  let held = initial;
  return {
    name: 'memory',
    load: () => Promise.resolve(held),
    // No step of it waits, so two updates cannot overlap.
    async update(edit) {
      held = checkEdited(edit(held), 'memory');
      return held;
    },
  };
}
