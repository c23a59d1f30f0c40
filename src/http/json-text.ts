/** What is wrong with a text that is to be JSON. */
export interface JsonSyntaxError {
  /** Index in the text. */
  readonly at: number;
  readonly expected: string;
}

/** Is told what stands where in a text, in its order. Who returns false has seen enough. */
export interface JsonVisitor {
  open?(start: number, isObject: boolean, isEmpty: boolean): boolean | void;
  /** @param end index behind the bracket */
  close?(end: number): boolean | void;
  /** Of a member, with its quotes. */
  name?(start: number, end: number): void;
  scalar?(start: number, end: number): void;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;
const SCALAR =
  /(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)(?![\w.+-])/y;

/**
 * Reads a text as JSON (RFC 8259), in one pass and without a value of its own. Keeps a stack instead of recursing, as the
 * sender decides how deep the text nests. Names that occur twice are no error.
 *
 * @returns the first error; `null` if there is none. The error means nothing if the visitor has seen enough
 * @example visitJson('[1', visitor); // visitor.open(0, false, false), visitor.scalar(1, 2); { at: 2, expected: '"," or "]"' }
 */
export function visitJson(text: string, visitor: JsonVisitor = {}): JsonSyntaxError | null {
  /** For each array and object that is not closed, its closing bracket. */
  const closing: number[] = [];
  let at = 0;

  const fault = (expected: string): JsonSyntaxError => ({ at, expected });
  /** The code of the next character that is no white space. */
  function next(): number {
    for (;;) {
      const code = text.charCodeAt(at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
      at += 1;
    }
  }
  function skip(token: RegExp): boolean {
    token.lastIndex = at;
    const isHere = token.test(text);
    if (isHere) at = token.lastIndex;
    return isHere;
  }
  function string(): JsonSyntaxError | null {
    for (let i = at + 1; ; i += 1) {
      const code = text.charCodeAt(i);
      if (code === QUOTE) {
        at = i + 1;
        return null;
      }
      if (code >= 0x20 && code !== BACKSLASH) continue;
      at = i;
      if (!skip(ESCAPE))
        return fault(
          i < text.length ? 'a valid character or escape in a string' : 'a closing quote',
        );
      i = at - 1;
    }
  }
  function name(orClose: string): JsonSyntaxError | null {
    if (next() !== QUOTE) return fault(`a key in double quotes${orClose}`);
    const start = at;
    const error = string();
    if (error !== null) return error;
    visitor.name?.(start, at);
    if (next() !== 0x3a) return fault('":"');
    at += 1;
    return null;
  }
  /** Reads up to the end of a scalar or of an empty array or object, past all that opens before. */
  function value(): JsonSyntaxError | null {
    for (let orClose = ''; ;) {
      const code = next();
      const start = at;
      if (code !== 0x5b && code !== 0x7b) {
        const error = code === QUOTE ? string() : skip(SCALAR) ? null : fault(`a value${orClose}`);
        if (error === null) visitor.scalar?.(start, at);
        return error;
      }
      at += 1;
      // The codes of closing brackets are higher by two.
      const bracket = code + 2;
      const isEmpty = next() === bracket;
      closing.push(bracket);
      if (visitor.open?.(start, code === 0x7b, isEmpty) === false) return fault('');
      if (isEmpty) return null;
      orClose = ` or "${String.fromCharCode(bracket)}"`;
      if (code === 0x5b) continue;
      const error = name(orClose);
      if (error !== null) return error;
      orClose = '';
    }
  }
  /** Closes what is over. `undefined`: another value follows. */
  function close(): JsonSyntaxError | null | undefined {
    for (;;) {
      const code = next();
      const bracket = closing.at(-1);
      if (bracket === undefined) return at < text.length ? fault('nothing more') : null;
      if (code === 0x2c) {
        at += 1;
        return (bracket === 0x7d ? name('') : null) ?? undefined;
      }
      if (code !== bracket) return fault(`"," or "${String.fromCharCode(bracket)}"`);
      at += 1;
      closing.pop();
      if (visitor.close?.(at) === false) return fault('');
    }
  }

  for (;;) {
    const error = value() ?? close();
    if (error !== undefined) return error;
  }
}
