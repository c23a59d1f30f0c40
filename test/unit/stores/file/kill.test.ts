import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkDocument } from '../../../../src/config/document.ts';

const root = join(import.meta.dirname, '../../../..');
let folder: string;

// Node 20 does not run TypeScript, and a unit test must not need a build: compile the store alone.
beforeAll(async () => {
  folder = await mkdtemp(join(await realpath(tmpdir()), 'kill-'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  const settings = {
    extends: join(root, 'tsconfig.build.json'),
    compilerOptions: {
      rootDir: join(root, 'src'),
      outDir: join(folder, 'built'),
      typeRoots: [join(root, 'node_modules/@types')],
    },
    files: [join(root, 'src/stores/file/file-store.ts')],
    include: [],
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings));
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [compiler, '-p', folder]);
  await writeFile(
    join(folder, 'writer.mjs'),
    `import { writeSync } from 'node:fs';
     import { fileStore } from './built/stores/file/file-store.js';
     const store = fileStore(process.argv[2]);
     const plugins = {};
     for (let i = 0; ; i++) {
       const id = process.argv[3] + '-' + i;
       const desc = 'x'.repeat(200);
       await store.update((document) => ({
         ...document,
         routes: [...document.routes.slice(-200), { id, uri: '/' + id, desc, plugins }],
         done: { ...document.done, [id]: true },
       }));
       writeSync(1, id + '\\n');
     }`,
  );
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

it('survives kill -9 at any instant with every acknowledged write', async () => {
  const path = join(folder, 'routes.json');
  const acknowledged: string[] = [];
  for (let round = 0; round < 20; round++) {
    const child = spawn(process.execPath, [join(folder, 'writer.mjs'), path, `r${round}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let heard = '';
    const enough = 1 + (round % 5);
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      heard += chunk;
      if (heard.split('\n').length > enough) {
        // Into the next write, each round a bit deeper.
        setTimeout(() => child.kill('SIGKILL'), round % 7);
      }
    });
    const signal = await new Promise((resolve) => {
      child.on('close', (_code, killedBy) => resolve(killedBy));
    });
    expect(signal).toBe('SIGKILL');
    acknowledged.push(...heard.split('\n').slice(0, -1));
    const document = JSON.parse(await readFile(path, 'utf8'));
    expect(checkDocument(document).ok).toBe(true);
    expect(Object.keys(document.done)).toEqual(expect.arrayContaining(acknowledged));
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(20);
}, 60_000);
