/** A message that breaks the rules of HTTP/1.1. Guessing what it meant is how requests get smuggled. */
export class ProtocolError extends Error {
  override readonly name: string = 'ProtocolError';
}
