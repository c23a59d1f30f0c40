import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../runtimes/paths.ts';
import { line, run } from '../../support/process.ts';
import { launchChromium, openTab } from '../tab.ts';

/** The views of the README, and where their pictures are. */
const PICTURES = { now: 'docs/images/now.png', differences: 'docs/images/differences.png' };

const ALL_VIEWS = ['now', 'differences', 'explain'];
const THEMES = ['light', 'dark'] as const;
const SCREENS = { wide: { width: 1200, height: 1100 }, narrow: { width: 360, height: 780 } };

const REQUESTS_PER_SECOND = 20;

/**
 * Takes the pictures of the page that the README shows, from the demo after some traffic.
 *
 *     npm run screenshots -- --seconds 60
 *     npm run screenshots -- --all /tmp/pictures   # every view, light and dark, wide and narrow
 */
export async function main(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '60' },
      all: { type: 'string' },
      chromium: { type: 'string', default: '/usr/bin/chromium' },
    },
  });
  const demo = run(process.execPath, [join(ROOT, 'dist/cli/main.js'), 'demo', '--port', '0']);
  const [, gateway] = await line(demo, /^gateway {3}(http:\S+)$/m);
  const chromium = await launchChromium(values.chromium);
  try {
    await traffic(gateway!, Number(values.seconds));
    for (const { view, file, ...options } of wanted(values.all)) {
      await mkdir(dirname(file), { recursive: true });
      const { page } = await openTab(chromium, `${gateway!}/apisix/ui?view=${view}`, options);
      await page.waitForSelector('main h1');
      await page.screenshot({ path: file as `${string}.png` });
      await page.browserContext().close();
      shrink(file);
      console.log(file);
    }
    return true;
  } finally {
    await chromium.close();
    demo.signal('SIGKILL');
  }

  function wanted(folder: string | undefined) {
    if (folder === undefined)
      return Object.entries(PICTURES).map(([view, file]) => ({
        view,
        file: join(ROOT, file),
        theme: 'light' as const,
        ...SCREENS.wide,
      }));
    return ALL_VIEWS.flatMap((view) =>
      THEMES.flatMap((theme) =>
        Object.entries(SCREENS).map(([screen, size]) => ({
          view,
          file: join(folder, `${view}-${theme}-${screen}.png`),
          theme,
          ...size,
        })),
      ),
    );
  }
}

/** Leaves so many colours as nobody misses: a third of the bytes. Needs pngquant (on Debian: apt-get install pngquant). */
function shrink(file: string): void {
  const { error } = spawnSync('pngquant', [
    '--force',
    '--strip',
    '--speed',
    '1',
    '--ext',
    '.png',
    '24',
    file,
  ]);
  if (error !== undefined) console.error(`${file} stays large: pngquant is not installed`);
}

/** Sends requests of several kinds, evenly. */
async function traffic(gateway: string, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1000;
  for (let i = 0; performance.now() < end; i += 1) {
    const path = i % 3 === 0 ? `/hello?name=${i}` : `/items/${i}`;
    await Promise.all([
      fetch(gateway + path).then((response) => response.arrayBuffer()),
      new Promise((resolve) => setTimeout(resolve, 1000 / REQUESTS_PER_SECOND)),
    ]);
  }
}
