import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { random, randomBytes } from '../../support/random.ts';

const STYLE = Array.from({ length: 500 }, (_, i) => `.row-${i} { order: ${i}; }\n`).join('');
const SCRIPT = 'console.log("compressed beforehand");\n'.repeat(200);

/** The files that nginx serves, by path. */
export const FILES: Readonly<Record<string, string | Buffer>> = {
  'notes.txt': Array.from({ length: 300 }, (_, i) => `line ${i}\n`).join(''),
  'style.css': STYLE,
  'app.js': SCRIPT,
  'app.js.gz': gzipSync(SCRIPT, { level: 9 }),
  'folder/index.html': '<!doctype html><title>a folder</title>\n',
  'large.bin': randomBytes(20_000_000, random(20)),
};

/** Modification time of the files; validators depend on it. */
const CHANGED = new Date('2026-01-02T03:04:05Z');

export async function writeFiles(folder: string): Promise<void> {
  await mkdir(join(folder, 'folder'), { recursive: true });
  for (const [name, content] of Object.entries(FILES)) {
    await writeFile(join(folder, name), content);
    await utimes(join(folder, name), CHANGED, CHANGED);
  }
}

/** An ETag as nginx makes it: modification time and length. */
export function etag(name: string): string {
  const seconds = CHANGED.getTime() / 1000;
  return `"${seconds.toString(16)}-${Buffer.byteLength(FILES[name]!).toString(16)}"`;
}
