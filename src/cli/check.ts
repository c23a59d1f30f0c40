import { resolve } from 'node:path';
import process from 'node:process';
import { reviewLines } from '../explain/review.ts';
import { readRoutesFile } from '../settings/server.ts';
import { EMPTY_DOCUMENT } from '../stores/document-text.ts';
import { fileStore } from '../stores/file/file-store.ts';
import type { Call } from './command.ts';
import { faultLines, loadRoutes } from './routes.ts';

/** Exit status when the document has faults. */
const EXIT_FAULTS = 1;

/**
 * Prints what is wrong with a routes document, one fault a line; of a valid one also which of its mirrors would get
 * writes or credentials, and what would be compared.
 */
export async function check({ words: [file] }: Call): Promise<void> {
  const { path, given } = readRoutesFile({ routes: file }, process.env);
  try {
    const { document } = await loadRoutes(fileStore(path, { mustExist: given }));
    const count = document.routes.length;
    const found =
      document === EMPTY_DOCUMENT
        ? 'no such file; serve begins without routes, and the first write of the control plane creates it'
        : `valid, ${count} route${count === 1 ? '' : 's'}`;
    for (const text of [found, ...reviewLines(document)]) console.log(`${resolve(path)}: ${text}`);
  } catch (error) {
    const lines = faultLines(error);
    if (lines === null) throw error;
    for (const line of lines) console.log(line);
    process.exitCode = EXIT_FAULTS;
  }
}
