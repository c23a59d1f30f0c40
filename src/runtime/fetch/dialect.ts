import type { Outbound } from '../../http/messages.ts';
import type { FailureKind } from '../../http/transport.ts';
import type { BodySource } from '../../http/upload.ts';

/** How the fetch of one runtime differs from others. Kept as data, so that the code of an exchange is the same. */
export interface Dialect {
  /** Options of `fetch` that only this runtime has, such as one for raw bodies. */
  readonly init: Readonly<Record<string, unknown>>;
  /** Options of `Response` that only this runtime has. */
  readonly responseInit?: Readonly<Record<string, unknown>>;
  /**
   * True if fetch has decoded the body; Content-Encoding must then be removed.
   *
   * @param coding value of Content-Encoding, in lower case
   */
  decodes(coding: string, request: Outbound): boolean;
  /** Bytes of a mirror's response that are read to keep the connection. For a longer response it is closed. */
  readonly drainLimit: number;
  /** Makes a stream of known length, on runtimes that would send a plain stream chunked. */
  readonly sized?: (
    stream: ReadableStream<Uint8Array>,
    length: number,
  ) => ReadableStream<Uint8Array>;
  /** Reads a response's body that is relayed. Default: chunk by chunk. */
  readonly sourceOf?: (body: ReadableStream<Uint8Array>) => BodySource;
  /**
   * The runtime has the same text for a refused connection and for one that was cut, so that no failure proves that
   * nothing was sent.
   */
  readonly cannotProveUnsent?: true;
  /** Classifies an error that fetch rejected with. */
  kindOf(error: unknown): FailureKind;
}

/** Patterns of a runtime's network errors; the first match counts. By text, as fetch gives no error codes. */
export type FailureTexts = readonly (readonly [pattern: RegExp, kind: FailureKind])[];

/**
 * Classifies an error by its message and those of its causes. Without a match it counts as `reset`, which fits every
 * broken exchange.
 */
export function kindByText(texts: FailureTexts): (error: unknown) => FailureKind {
  return (error) => {
    const text = messageOf(error);
    for (const [pattern, kind] of texts) if (pattern.test(text)) return kind;
    return 'reset';
  };
}

/**
 * The messages of an error and its causes, for logs. The URL that Deno and Bun quote is removed: its query may be
 * private, and any pattern of `FailureTexts` could occur in it. If several addresses failed, Node gives only a code.
 */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause, code } = error as Error & { readonly code?: unknown };
  const text = (message || String(code)).replace(/https?:\/\/[^\s"]+/g, 'its URL');
  return cause === undefined ? text : `${text}: ${messageOf(cause)}`;
}
