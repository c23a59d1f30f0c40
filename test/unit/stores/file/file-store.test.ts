import { renameSync, symlinkSync } from 'node:fs';
import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreError } from '../../../../src/stores/error.ts';
import { fileStore } from '../../../../src/stores/file/file-store.ts';
import { line, run } from '../../../support/process.ts';
import { until } from '../../../support/until.ts';
import { adding, documentOf, idsOf, route } from '../routes.ts';

const SWAPPER = fileURLToPath(new URL('../../../support/swapper.mjs', import.meta.url));

let folder: string;
let path: string;
const stops: (() => void)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(await realpath(tmpdir()), 'routes-'));
  path = join(folder, 'routes.json');
});

afterEach(async () => {
  for (const stop of stops.splice(0)) stop();
  await rm(folder, { recursive: true, force: true });
});

function text(...ids: (string | number)[]): string {
  return JSON.stringify(documentOf(...ids), null, 2);
}

/** An edit that may be made again. */
function once(id: string): ReturnType<typeof adding> {
  return (document) => (idsOf(document).includes(id) ? document : adding(id)(document));
}

/** As a client that is told to try again. */
async function persistently(write: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      await write();
      return;
    } catch (error) {
      if (!(error instanceof StoreError) || Date.now() > deadline) throw error;
    }
  }
}

async function faultOf(promise: Promise<unknown>): Promise<StoreError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreError);
  return error as StoreError;
}

describe('load', () => {
  it('takes a missing file for an empty document', async () => {
    expect(await fileStore(path).load()).toEqual({ routes: [] });
  });

  it('gives the same object while the file is unchanged', async () => {
    await writeFile(path, text('1'));
    const store = fileStore(path);
    const first = await store.load();
    expect(await store.load()).toBe(first);
  });

  it('refuses a file that vanished after it was there, until it is back', async () => {
    await writeFile(path, text('1'));
    const store = fileStore(path);
    await store.load();
    await unlink(path);
    expect((await faultOf(store.load())).message).toMatch(/missing; keeping the last good table/);
    await faultOf(store.update(adding('2')));
    expect(await readdir(folder)).toEqual([]);
    await writeFile(path, text('1', '2'));
    expect(idsOf(await store.load())).toEqual(['1', '2']);
  });

  it('names every fault, and the file without its folder', async () => {
    await writeFile(path, '{"routes":[{"id":"7"},{"id":"8","uri":5}]}');
    const { message } = await faultOf(fileStore(path).load());
    expect(message).toContain('routes[0] (id "7"): ');
    expect(message).toContain('routes[1] (id "8"): uri: ');
    expect(message).not.toContain(folder);
  });

  it.each([
    ['nothing', ''],
    ['half a document', '{"routes":['],
    ['bytes that are no text', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('refuses %s', async (_what, bytes) => {
    await writeFile(path, bytes);
    await faultOf(fileStore(path).load());
  });

  it('names the full path and each fault for logs, and in its message only the name', async () => {
    await writeFile(path, '{"routes":[{"id":"7","uri":"/a","plugins":{"a":{},"b":{}}}]}');
    const { message, place, faults } = await faultOf(fileStore(path).load());
    expect(place).toBe(path);
    expect(faults).toEqual(
      ['a', 'b'].map((name) => `routes[0] (id "7"): plugins.${name}: unknown plugin [${name}]`),
    );
    expect(message).toMatch(/^routes\.json: expected a valid routes document, found 2 faults:/);
    expect(message).not.toContain(folder);
  });

  it('refuses a missing file where one must exist, from the beginning', async () => {
    const { place, faults } = await faultOf(fileStore(path, { mustExist: true }).load());
    expect([place, ...faults]).toEqual([
      path,
      expect.stringMatching(/^expected a routes document, found no such file; /),
    ]);
  });

  it('refuses a file over the limit, and a folder', async () => {
    await writeFile(path, text('1'));
    expect((await faultOf(fileStore(path, { maxBytes: 10 }).load())).message).toMatch(
      /expected at most 10 bytes, found \d+ bytes/,
    );
    expect((await faultOf(fileStore(folder).load())).message).toContain('expected a regular file');
  });

  it('never sees half of a file that is rewritten in place all the time', async () => {
    const texts = [text('1'), text(...Array.from({ length: 2000 }, (_, i) => String(i)))];
    await writeFile(path, texts[0]!);
    const store = fileStore(path);
    let writing = true;
    const writer = (async () => {
      for (let i = 0; writing; i++) await writeFile(path, texts[i % 2]!);
    })();
    for (let i = 0; i < 30; i++) {
      const loaded = await store.load().catch((error: StoreError) => error);
      // An empty or cut file at rest is reported as such; what it must not be is half a document.
      if (loaded instanceof Error) expect(loaded).toBeInstanceOf(StoreError);
      else expect([1, 2000]).toContain(loaded.routes.length);
    }
    writing = false;
    await writer;
  });
});

describe('update', () => {
  it('creates a missing file, for its owner only', async () => {
    const store = fileStore(path);
    await store.update(adding('1'));
    expect(await readFile(path, 'utf8')).toBe(`${text('1')}\n`);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('says that the folder is missing', async () => {
    const error = await faultOf(fileStore(join(folder, 'none', 'routes.json')).update(adding('1')));
    expect(error.message).toBe(
      'routes.json: expected a folder to write it in, found no such folder; create the folder',
    );
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('never overwrites an invalid file', async () => {
    await writeFile(path, '{"routes": [}');
    await faultOf(fileStore(path).update(adding('1')));
    expect(await readFile(path, 'utf8')).toBe('{"routes": [}');
  });

  it('stores nothing when the edit throws or makes an invalid document', async () => {
    await writeFile(path, text('1'));
    const store = fileStore(path);
    const reason = new Error('no');
    await expect(
      store.update(() => {
        throw reason;
      }),
    ).rejects.toBe(reason);
    const error = await faultOf(store.update(adding('1')));
    expect(error.message).toMatch(/routes\[1\] \(id "1"\): id: .*nothing was stored/);
    expect(await readFile(path, 'utf8')).toBe(text('1'));
    expect(await readdir(folder)).toEqual(['routes.json']);
  });

  it.each([
    ['four spaces', '    ', '\n', ''],
    ['tabs', '\t', '\n', '\n'],
    ['CRLF', '  ', '\r\n', '\r\n'],
  ])('keeps %s, the final newline, other fields and the order', async (_n, indent, eol, final) => {
    const layout = (document: unknown) =>
      JSON.stringify(document, null, indent).replaceAll('\n', eol) + final;
    const before = { $schema: './x.json', b: { z: 1, a: 2 }, ...documentOf('b', 'a'), last: null };
    await writeFile(path, layout(before));
    await fileStore(path).update(adding('c'));
    const after = { ...before, routes: [...before.routes, route('c')] };
    expect(await readFile(path, 'utf8')).toBe(layout(after));
  });

  it('keeps the mode, and a symlink a symlink', async () => {
    const real = join(folder, 'real');
    await mkdir(real);
    await writeFile(join(real, 'document.json'), text('1'));
    await chmod(join(real, 'document.json'), 0o644);
    await symlink(join('real', 'document.json'), path);
    await fileStore(path).update(adding('2'));
    expect(await realpath(path)).toBe(join(real, 'document.json'));
    expect((await stat(path)).mode & 0o777).toBe(0o644);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(documentOf('1', '2'));
    expect(await readdir(folder)).toEqual(['real', 'routes.json']);
  });

  it('does not put a file in the place of a symlink that leads nowhere', async () => {
    await symlink('nowhere.json', path);
    expect((await faultOf(fileStore(path).update(adding('1')))).message).toMatch(/symbolic link/);
  });

  it('loses no edit and overwrites no other file while a symlink is swapped', async () => {
    const files = ['a', 'b'].map((name) => join(folder, `${name}.json`));
    for (const [i, file] of files.entries()) await writeFile(file, text(`base-${'ab'[i]}`));
    const swapper = run(process.execPath, [SWAPPER, path, ...files]);
    await line(swapper, /^swapping$/m);
    const store = fileStore(path);
    const ids = Array.from({ length: 60 }, (_, i) => `id-${i}`);
    for (const id of ids) await persistently(() => store.update(once(id)));
    swapper.signal('SIGKILL');
    await swapper.exited;
    const [a, b] = await Promise.all(
      files.map(async (file) => idsOf(JSON.parse(await readFile(file, 'utf8')))),
    );
    expect([a![0], b![0]]).toEqual(['base-a', 'base-b']);
    expect([a!.includes('base-b'), b!.includes('base-a')]).toEqual([false, false]);
    expect([...new Set([...a!, ...b!])]).toEqual(expect.arrayContaining(ids));
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('reads anew what a symlink leads to now, and leaves the other as it was', async () => {
    const [a, b] = ['a', 'b'].map((name) => join(folder, `${name}.json`)) as [string, string];
    await writeFile(a, text('1'));
    await writeFile(b, text('2'));
    await symlink(a, path);
    const store = fileStore(path);
    let edits = 0;
    await store.update((document) => {
      // In the middle of it, after it was read.
      if (edits++ === 0) {
        symlinkSync(b, `${path}.next`);
        renameSync(`${path}.next`, path);
      }
      return adding('3')(document);
    });
    expect(idsOf(JSON.parse(await readFile(b, 'utf8')))).toEqual(['2', '3']);
    expect(await realpath(path)).toBe(b);
    expect(idsOf(JSON.parse(await readFile(a, 'utf8')))[0]).toBe('1');
    expect(idsOf(await store.load())).toEqual(['2', '3']);
  });

  it('does not put a new file over one that appeared meanwhile', async () => {
    for (let i = 0; i < 30; i++) {
      await Promise.all(['1', '2'].map((id) => fileStore(path).update(adding(id))));
      expect(idsOf(await fileStore(path).load()).toSorted()).toEqual(['1', '2']);
      await unlink(path);
    }
  });

  it('keeps edits from outside, even one made while it edits', async () => {
    await writeFile(path, text('1'));
    const store = fileStore(path);
    await store.load();
    const other = fileStore(path);
    await other.update(adding('2'));
    await store.update(adding('3'));
    expect(idsOf(await other.load())).toEqual(['1', '2', '3']);

    await Promise.all(
      Array.from({ length: 10 }, (_, i) => [
        store.update(adding(`a${i}`)),
        store.update(adding(`b${i}`)),
      ]).flat(),
    );
    expect(idsOf(await other.load())).toHaveLength(23);
  });

  it('makes 100 edits at once, one after another', async () => {
    const store = fileStore(path);
    const ids = Array.from({ length: 100 }, (_, i) => String(i));
    await Promise.all(ids.map((id) => store.update(adding(id))));
    expect(idsOf(JSON.parse(await readFile(path, 'utf8')))).toEqual(ids);
    expect(await readdir(folder)).toEqual(['routes.json']);
  });

  it('removes what a killed process left, and nothing else', async () => {
    const uuid = 'de305d54-75b4-431b-adb2-eb6b9e546014';
    const old = `.routes.json.${uuid}.tmp`;
    const young = `.routes.json.${uuid.replace('d', 'e')}.tmp`;
    const others = [`.other.json.${uuid}.tmp`, '.routes.json.mine.tmp', `routes.json.${uuid}.tmp`];
    for (const name of [old, young, ...others]) await writeFile(join(folder, name), 'x');
    const past = new Date(Date.now() - 120_000);
    for (const name of [old, ...others]) await utimes(join(folder, name), past, past);
    await fileStore(path).update(adding('1'));
    expect((await readdir(folder)).toSorted()).toEqual(
      [young, ...others, 'routes.json'].toSorted(),
    );
  });
});

describe('watch', () => {
  async function watched() {
    const store = fileStore(path);
    await store.load();
    const seen: string[][] = [];
    let changes = 0;
    stops.push(
      store.watch!(() => {
        changes++;
        store.load().then(
          (document) => seen.push(idsOf(document)),
          () => seen.push(['failed']),
        );
      }),
    );
    return { store, seen, last: () => seen.at(-1), changes: () => changes };
  }

  const within = 1000;

  it('sees a write in place, also of the same length', async () => {
    await writeFile(path, text('1'));
    const { last } = await watched();
    await writeFile(path, text('1', '2'));
    await until(() => last()?.length === 2, within);
    await writeFile(path, text('1', '3'));
    await until(() => last()?.[1] === '3', within);
  });

  it('sees a write right after a read, whatever the clock of the file system', async () => {
    for (let i = 0; i < 3; i++) {
      await writeFile(path, text(`${i}a`));
      const { last } = await watched();
      await writeFile(path, text(`${i}b`));
      await until(() => last()?.[0] === `${i}b`, within);
    }
  });

  it('sees a rename', async () => {
    await writeFile(path, text('1'));
    const { last } = await watched();
    await writeFile(join(folder, 'new'), text('2'));
    await rename(join(folder, 'new'), path);
    await until(() => last()?.[0] === '2', within);
  });

  it('sees the symlink swap of a mounted ConfigMap', async () => {
    for (const version of ['1', '2']) {
      await mkdir(join(folder, `..v${version}`));
      await writeFile(join(folder, `..v${version}`, 'routes.json'), text(version));
    }
    const now = new Date();
    for (const version of ['1', '2']) {
      await utimes(join(folder, `..v${version}`, 'routes.json'), now, now);
    }
    await symlink('..v1', join(folder, '..data'));
    await symlink(join('..data', 'routes.json'), path);
    const { last } = await watched();
    await symlink('..v2', join(folder, '..data_tmp'));
    await rename(join(folder, '..data_tmp'), join(folder, '..data'));
    await until(() => last()?.[0] === '2', within);
  });

  it('sees a file appear, vanish and come back', async () => {
    const { last } = await watched();
    await writeFile(path, text('1'));
    await until(() => last()?.[0] === '1', within);
    await unlink(path);
    await until(() => last()?.[0] === 'failed', within);
    await writeFile(path, text('2'));
    await until(() => last()?.[0] === '2', within);
  });

  it('announces a bad file once', async () => {
    await writeFile(path, text('1'));
    const { seen, last } = await watched();
    await writeFile(path, '{');
    await until(() => last()?.[0] === 'failed', within);
    await writeFile(path, text('2'));
    await until(() => last()?.[0] === '2', within);
    expect(seen).toEqual([['failed'], ['2']]);
  });

  it('does not echo own writes', async () => {
    await writeFile(path, text('1'));
    const { store, seen, last, changes } = await watched();
    for (const id of ['2', '3', '4']) await store.update(adding(id));
    // The next change from outside comes after any echo would have.
    await writeFile(path, text('9'));
    await until(() => last()?.[0] === '9', within);
    expect(seen).toEqual([['9']]);
    expect(changes()).toBe(1);
  });

  it('stops', async () => {
    await writeFile(path, text('1'));
    const stopped = await watched();
    for (const stop of stops.splice(0)) stop();
    const running = await watched();
    await writeFile(path, text('2'));
    await until(() => running.last()?.[0] === '2', within);
    expect(stopped.seen).toEqual([]);
  });
});
