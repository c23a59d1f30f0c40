import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { route } from '../../../support/origin.ts';
import { asks, CONFIRM, type Part, says, scenesOf } from './scene.ts';

const NOWHERE = { node: '127.0.0.1:1', url: 'http://127.0.0.1:1' };

const documentOf = (id: string) =>
  JSON.stringify({ routes: [{ id, ...route(NOWHERE, NOWHERE, { plugin: { compare: true } }) }] });

/** No key, a wrong one, changes that cannot be made, and a gateway that is gone: the last of all. */
export const errors: Part = async ({ start }) => {
  const open = scenesOf(
    'errors',
    await start({ document: documentOf('open'), adminKey: null }),
    false,
  );
  const elsewhere = await start({ document: documentOf('here') });
  const closed = scenesOf('errors', elsewhere, false);
  const changed = scenesOf('errors', elsewhere);
  const lost = await start({ document: documentOf('lost') });

  const folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-pictures-'));
  // The name of the file beside it, through which it is written, is too long for any file system.
  const file = join(folder, `${'routes'.repeat(40)}.json`);
  await writeFile(file, documentOf('unwritable'));
  const unwritable = await start({ folder, env: { ROUTES: file } });
  void unwritable.program.exited.then(() => rm(folder, { recursive: true }));

  return [
    closed('key', 'now'),
    closed('key-wrong', 'now', {}, async (page) => {
      await page.type('input[name=key]', 'wrong');
      await page.keyboard.press('Enter');
      await says(page, '.refusal');
    }),
    open('none', 'now'),
    open('waiting', 'differences'),
    scenesOf('errors', unwritable)('unwritable', 'now', {}, async (page) => {
      await asks('Pause')(page);
      await page.locator(CONFIRM).click();
      await says(page, 'dialog .refusal');
    }),
    changed('elsewhere', 'now', {}, async (page) => {
      await asks('Pause')(page);
      await writeFile(elsewhere.file!, documentOf('there'));
      await page.locator(CONFIRM).click();
      await page.waitForFunction("!document.querySelector('dialog form')");
    }),
    scenesOf('errors', lost)('lost', 'now', {}, async (page) => {
      await lost.stop();
      await says(page, '#status');
    }),
  ];
};
