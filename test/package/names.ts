import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The names that a file of declarations exports, as the compiler writes them. */
export function exportedNames(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const all = (pattern: RegExp) => Array.from(text.matchAll(pattern), ([, found]) => found!);
  const listed = all(/^export (?:type )?\{([^}]*)\}/gm).flatMap((list) => list.split(','));
  return [
    ...listed.map((entry) => entry.trim().split(' as ').at(-1)!),
    ...all(/^export (?:declare )?(?:function|interface|type|class|const) (\w+)/gm),
    ...all(/^export type \* from '(.*)\.ts'/gm).flatMap((other) =>
      exportedNames(join(dirname(file), `${other}.d.ts`)),
    ),
  ].filter((name) => name !== '');
}
