import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ConfigFile } from '../../../../../src/http1/client/names/config-file.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-'));
  path = join(folder, 'hosts');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

/** Time goes on, so that the file is looked at again. */
function later(): void {
  const now = performance.now() + 1001;
  vi.spyOn(performance, 'now').mockReturnValue(now);
}

it('says what the file says, and is empty without one', async () => {
  const file = new ConfigFile(path, (text) => text);
  expect(await file.read()).toBe('');
  await writeFile(path, 'one');
  later();
  expect(await file.read()).toBe('one');
  await rm(path);
  later();
  expect(await file.read()).toBe('');
});

it('says what it said while we have no descriptor to read it by, and then what it says', async () => {
  let none = false;
  const readText = (name: string) => {
    if (none) throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
    return readFile(name, 'utf8');
  };
  const file = new ConfigFile(path, (text) => text, readText);
  await writeFile(path, 'one');
  expect(await file.read()).toBe('one');
  none = true;
  await writeFile(path, 'another');
  later();
  expect(await file.read()).toBe('one');
  none = false;
  later();
  expect(await file.read()).toBe('another');
});
