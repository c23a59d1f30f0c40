import { it } from 'vitest';
import { filesOf } from './files.mjs';

/**
 * A module that does not load removes all tests that import it, and the mutation tester counts no failing test then.
 * So this test fails. It loads all of the files, whichever is mutated: a value that one makes for another may fail
 * only there.
 */
it.each(filesOf().flatMap(({ files }) => files))(
  '%s loads',
  async (file) => void (await import(`../../${file}`)),
);
