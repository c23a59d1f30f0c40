import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the sources. */
export const src: string = fileURLToPath(new URL('../../src', import.meta.url));

/** Every source file by its path below src, with what it imports, types included; paths below src resolved. */
export const imports: ReadonlyMap<string, readonly string[]> = new Map(
  readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => [file, importsOf(file)]),
);

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8');
  const found = [
    ...text.matchAll(/^(?:import|export)\b[^;]*?['"]([^'"]+)['"];$/gms),
    // Code that is loaded when it is needed.
    ...text.matchAll(/\bimport\('([^']+)'\)/g),
  ];
  return found.map(([, name]) =>
    name!.startsWith('.') ? relative(src, join(src, dirname(file), name!)) : name!,
  );
}
