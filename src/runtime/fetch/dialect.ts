import type { Outbound } from '../../http/messages.ts';
import type { FailureKind } from '../../http/transport.ts';

/** How one runtime's fetch differs from the others'. Data, so that the exchange itself is the same. */
export interface Dialect {
  /** Options of `fetch` that only this runtime has: raw bytes, a connection pool of its own. */
  readonly init: Readonly<Record<string, unknown>>;
  /** Options of `Response` that only this runtime has. */
  readonly responseInit?: Readonly<Record<string, unknown>>;
  /**
   * Whether fetch has decoded a body although nobody asked it to; its Content-Encoding must go, then.
   *
   * @param coding the field's value, in lower case
   */
  decodes(coding: string, request: Outbound): boolean;
  /** Bytes of a mirror's response that are read, which keeps the connection; of a longer one it is closed. */
  readonly drainLimit: number;
  /** Makes a stream of a known length, where a plain one would be sent chunked. */
  readonly sized?: (
    stream: ReadableStream<Uint8Array>,
    length: number,
  ) => ReadableStream<Uint8Array>;
  /**
   * This runtime has one text for a connection that was refused and one that was cut, so that no
   * failure proves that nothing was sent.
   */
  readonly cannotProveUnsent?: true;
  /** What went wrong, from what fetch rejected with. */
  kindOf(error: unknown): FailureKind;
}

/** Text patterns of a runtime's network errors, first match wins: fetch gives no codes. */
export type FailureTexts = readonly (readonly [pattern: RegExp, kind: FailureKind])[];

/**
 * Classifies by what an error and its causes say; what nothing matches counts as a reset, the first kind that
 * is true of any broken exchange.
 */
export function kindByText(texts: FailureTexts): (error: unknown) => FailureKind {
  return (error) => {
    const text = messageOf(error);
    for (const [pattern, kind] of texts) if (pattern.test(text)) return kind;
    return 'reset';
  };
}

/**
 * What an error and its causes say, for logs: without the URL that Deno and Bun quote, whose query is
 * nobody's business, and in which any pattern may occur. Of several addresses in vain, Node has a code alone.
 */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause, code } = error as Error & { readonly code?: unknown };
  const text = (message || String(code)).replace(/https?:\/\/[^\s"]+/g, 'its URL');
  return cause === undefined ? text : `${text}: ${messageOf(cause)}`;
}
