import { it } from 'vitest';
import { filesOf } from './files.mjs';

/**
 * A module that no longer loads takes all tests that import it with it, and to the mutation tester no
 * test is none that fails. So there is one. It loads all of them, whichever is changed: what one makes
 * for another may fail there.
 */
it.each(filesOf().flatMap(({ files }) => files))(
  '%s loads',
  async (file) => void (await import(`../../${file}`)),
);
