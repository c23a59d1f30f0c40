import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from '../runtimes/paths.ts';
import { deployed } from './unit.ts';

/** Where packages for tests alone are. */
export const TOOLS: string = join(ROOT, 'test/package/tools');
const { parseAllDocuments } = createRequire(join(TOOLS, 'package.json'))('yaml') as {
  parseAllDocuments(text: string): readonly { toJS(): Manifest }[];
};

/** An object of Kubernetes. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: any;
}

/** Those of `kubernetes.yaml`, by their kind. */
export function manifests(): ReadonlyMap<string, Manifest> {
  const documents = parseAllDocuments(readFileSync(deployed('kubernetes.yaml'), 'utf8'));
  return new Map(documents.map((one) => one.toJS()).map((one) => [one.kind, one]));
}

/**
 * A program in which each object has the type of its kind, which knows all of its fields. It is to be compiled beside the
 * package with the types.
 */
export function typed(objects: Iterable<Manifest>): string {
  const lines = Array.from(objects, (one) => {
    const type = `import('kubernetes-models/${one.apiVersion}').I${one.kind}`;
    return `export const ${one.kind}: ${type} = ${JSON.stringify(one, null, 2)};\n`;
  });
  return lines.join('');
}
