import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll } from 'vitest';
import { program } from '../real-programs/program.ts';
import { launchChromium, openTab, type Tab, type TabOptions } from './tab.ts';

export interface Tabs {
  open(url: string, options?: TabOptions): Promise<Tab>;
}

/** A headless Chromium for the tests of a file. */
export function browser(): Tabs {
  let chromium: Browser;
  beforeAll(async () => {
    chromium = await launchChromium(program('chromium'));
  });
  afterAll(() => chromium.close());
  return { open: (url, options) => openTab(chromium, url, options) };
}
