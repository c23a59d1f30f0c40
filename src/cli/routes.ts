import type { RoutesDocument } from '../config/document.ts';
import { inOneLine } from '../http/quoted.ts';
import { ClientTls } from '../runtime/sockets/client-tls.ts';
import { compileRoutes, type RouteTable } from '../route-table.ts';
import { StoreError } from '../stores/error.ts';
import { CompileError } from '../stores/live.ts';
import type { Store } from '../stores/store.ts';

/**
 * Reads the routes of a store and makes a table of them, which fails if a gateway could not use them.
 *
 * @throws StoreError or CompileError, whose `faultLines` say what is wrong
 */
export async function loadRoutes(
  store: Store,
): Promise<{ document: RoutesDocument; table: RouteTable }> {
  const document = await store.load();
  try {
    const instance = () => '<id of the gateway>';
    const table = compileRoutes(document, null, { instance, faultOf: new ClientTls().faultOf });
    return { document, table };
  } catch (error) {
    throw new CompileError(error);
  }
}

/** The faults of a document, each in a line that begins with the full path; `null` for any other error. */
export function faultLines(error: unknown): readonly string[] | null {
  if (error instanceof CompileError) return [inOneLine(error.message)];
  if (!(error instanceof StoreError)) return null;
  return error.faults.map((fault) => inOneLine(`${error.place}: ${fault}`));
}
