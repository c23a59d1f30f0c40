import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser } from 'puppeteer-core';
import { ROOT } from '../../runtimes/paths.ts';
import { KEY } from '../../runtimes/runtime.ts';
import { line, run } from '../../support/process.ts';
import { launchChromium, openTab, type Tab } from '../tab.ts';
import { openScenes, type Scene } from './scenes.ts';

/** The views of the README, and where their pictures are. */
const PICTURES = { now: 'docs/images/now.png', differences: 'docs/images/differences.png' };

const README_SCREEN = { width: 1280, height: 1060 };

/** How every scene is looked at, in CSS pixels: the last one is a desktop at 200 %. */
const SCREENS = {
  wide: { width: 1280, height: 900 },
  narrow: { width: 390, height: 844 },
  zoomed: { width: 640, height: 450 },
};
const THEMES = ['light', 'dark'] as const;

const REQUESTS_PER_SECOND = 20;
/** After which the rates of the last ten seconds are none of those in which a tab was opened. */
const CALM_MS = 12_000;
/** Time that a page has for its layout on another screen. */
const SETTLED_MS = 100;

/**
 * Takes the pictures of the page that the README shows, from the demo after some traffic; or those of all that can be seen, to
 * be looked at one by one.
 *
 *     npm run screenshots -- --seconds 60
 *     npm run screenshots -- --all /tmp/pictures --only now   # those of scenes with this in their names
 */
export async function main(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '60' },
      all: { type: 'string' },
      only: { type: 'string', default: '' },
      chromium: { type: 'string', default: '/usr/bin/chromium' },
    },
  });
  const chromium = await launchChromium(values.chromium);
  try {
    if (values.all === undefined) await takeReadme(chromium, Number(values.seconds));
    else return await takeAll(chromium, values.all, values.only);
    return true;
  } finally {
    await chromium.close();
  }
}

async function takeReadme(chromium: Browser, seconds: number): Promise<void> {
  const demo = run(process.execPath, [join(ROOT, 'dist/cli/main.js'), 'demo', '--port', '0']);
  const over = new AbortController();
  try {
    const [, gateway] = await line(demo, /^gateway {3}(http:\S+)$/m);
    // It goes on while pictures are taken: when it ends, what the page estimates differs from what it has counted.
    await Promise.all([
      traffic(gateway!, over.signal),
      takePictures(chromium, gateway!, seconds).finally(() => over.abort()),
    ]);
  } finally {
    demo.signal('SIGKILL');
  }
}

/** @param seconds how long requests are awaited before */
async function takePictures(chromium: Browser, gateway: string, seconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  for (const [view, path] of Object.entries(PICTURES)) {
    const tab = await openTab(chromium, `${gateway}/apisix/ui?view=${view}`, README_SCREEN);
    await tab.page.waitForSelector('main h1');
    await new Promise((resolve) => setTimeout(resolve, CALM_MS));
    const file = join(ROOT, path);
    await take(tab, file, false);
    await tab.page.browserContext().close();
    shrink(file);
    console.log(file);
  }
}

/** @returns whether all scenes could be played, and none is wider than its screen */
async function takeAll(chromium: Browser, folder: string, only: string): Promise<boolean> {
  const { scenes, close } = await openScenes();
  let isFine = true;
  try {
    for (const scene of scenes.filter(({ name }) => name.includes(only))) {
      const tab = await openTab(chromium, scene.url, SCREENS.wide);
      const wide = await takeScene(tab, scene, folder).catch((error: Error) => [error.message]);
      await tab.page.browserContext().close();
      if (wide.length > 0) isFine = false;
      console.log([scene.name, ...wide].join(': '));
    }
  } finally {
    await close();
  }
  return isFine;
}

/** @returns screens that the page is too wide for */
async function takeScene(tab: Tab, scene: Scene, folder: string): Promise<string[]> {
  const { page, look } = tab;
  if (scene.isOpen) {
    await page.waitForSelector('input[name=key]');
    await page.type('input[name=key]', KEY);
    await page.keyboard.press('Enter');
  }
  await page.waitForSelector(scene.isOpen ? 'main h1:not(form *)' : 'main h1');
  await scene.act?.(page);
  const wide: string[] = [];
  for (const theme of THEMES) {
    for (const [screen, size] of Object.entries(SCREENS)) {
      await look({ theme, ...size });
      await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
      const isModal = (await page.$('dialog[open]')) !== null;
      await take(tab, join(folder, `${scene.name}-${screen}-${theme}.png`), !isModal);
      const width = Number(await page.evaluate('document.documentElement.scrollWidth'));
      if (width > size.width) wide.push(`${width} wide on ${screen}`);
    }
  }
  return wide;
}

async function take({ page }: Pick<Tab, 'page'>, file: string, isFull: boolean): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await page.screenshot({ path: file as `${string}.png`, fullPage: isFull });
}

/** Leaves so many colours as nobody misses: half of the bytes. Needs pngquant (on Debian: apt-get install pngquant). */
function shrink(file: string): void {
  const flags = ['--force', '--strip', '--speed', '1', '--ext', '.png', '128'];
  const { error } = spawnSync('pngquant', [...flags, file]);
  if (error !== undefined) console.error(`${file} stays large: pngquant is not installed`);
}

/** Sends requests of several kinds, evenly, until it is over. */
async function traffic(gateway: string, over: AbortSignal): Promise<void> {
  for (let i = 0; !over.aborted; i += 1) {
    const path = i % 3 === 0 ? `/hello?name=${i}` : `/items/${i}`;
    await Promise.all([
      fetch(gateway + path).then((response) => response.arrayBuffer()),
      new Promise((resolve) => setTimeout(resolve, 1000 / REQUESTS_PER_SECOND)),
    ]);
  }
}
