/** A message that breaks the rules of HTTP/1.1. Guessing what it meant is how requests get smuggled. */
export class ProtocolError extends Error {
  override readonly name: string = 'ProtocolError';
}

/** A piece of foreign text for a log line. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}
