/** A method whose calls are counted by the bytes or characters that they process. */
interface Counted {
  readonly owner: object;
  readonly name: string;
  readonly size: (self: unknown, args: readonly unknown[], result: unknown) => number;
}

const sized = (value: unknown) => (value as { readonly length: number }).length;
const self = (it: unknown) => sized(it);
const first = (_: unknown, [argument]: readonly unknown[]) => sized(argument);
const all = (_: unknown, [list]: readonly unknown[]) =>
  (list as readonly unknown[]).reduce<number>((sum, each) => sum + sized(each), 0);

/** The distance from one offset to the next, where they are given. */
const between = (from: number) => (it: unknown, args: readonly unknown[]) => {
  const start = Number(args[from] ?? 0);
  return Math.max(0, Math.min(sized(it), Number(args[from + 1] ?? Infinity)) - start);
};

/** The length that was searched. */
const searched = (it: unknown, [, from]: readonly unknown[], found: unknown) =>
  (found === -1 ? sized(it) : Number(found)) - Number(from ?? 0);

const COUNTED: readonly Counted[] = [
  { owner: Buffer, name: 'concat', size: all },
  {
    owner: Buffer,
    name: 'from',
    size: (_, [from]) => (typeof from === 'object' ? sized(from) : 0),
  },
  { owner: Buffer.prototype, name: 'copy', size: between(2) },
  { owner: Buffer.prototype, name: 'set', size: first },
  { owner: Buffer.prototype, name: 'toString', size: between(1) },
  { owner: Buffer.prototype, name: 'indexOf', size: searched },
  { owner: Buffer.prototype, name: 'includes', size: self },
  { owner: RegExp.prototype, name: 'test', size: first },
  { owner: String.prototype, name: 'indexOf', size: searched },
  { owner: String.prototype, name: 'replace', size: self },
];

type Method = (...args: unknown[]) => unknown;

/**
 * Counts the bytes that are copied, searched, matched or decoded while `run` runs. Time would measure the same only
 * on a quiet machine.
 */
export function workOf(run: () => void): number {
  let work = 0;
  const undo = COUNTED.map(({ owner, name, size }) => {
    const methods = owner as Record<string, Method>;
    const own = Object.getOwnPropertyDescriptor(owner, name);
    const original = methods[name]!;
    methods[name] = function (this: unknown, ...args) {
      const result = original.apply(this, args);
      work += size(this, args, result);
      return result;
    };
    return () => {
      if (own === undefined) delete methods[name];
      else Object.defineProperty(owner, name, own);
    };
  });
  try {
    run();
  } finally {
    for (const restore of undo) restore();
  }
  return work;
}
