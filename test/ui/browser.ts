import type { Browser } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { program } from '../real-programs/program.ts';
import { launchChromium, openTab, type Tab, type TabOptions } from './tab.ts';

export interface Tabs {
  /** Opens an address in a tab that has seen nothing before. */
  open(url: string, options?: TabOptions): Promise<Tab>;
  /**
   * Opens an address in a tab of an earlier test that was `kept`, if that has seen this gateway and nothing else: to start
   * another one takes two seconds of a processor.
   */
  again(url: string, options?: TabOptions): Promise<Tab | null>;
  /** Lets later tests use a tab, with what it has in its session. */
  keep(tab: Tab): void;
}

/** A headless Chromium for the tests of a file. After each test its tabs are closed, as an open one asks its gateway every second. */
export function browser(): Tabs {
  let chromium: Browser;
  const used = new Set<Tab>();
  const kept = new Set<Tab>();
  const free: Tab[] = [];
  beforeAll(async () => {
    chromium = await launchChromium(program('chromium'));
  });
  afterEach(async ({ task }) => {
    for (const tab of used) {
      if (task.result?.state === 'pass' && kept.has(tab)) free.push(tab);
      else await tab.close();
    }
    used.clear();
  });
  afterAll(() => chromium.close());

  function use(tab: Tab): Tab {
    used.add(tab);
    return tab;
  }

  return {
    open: async (url, options) => use(await openTab(chromium, url, options)),
    async again(url, options = {}) {
      const { origin } = new URL(url);
      // Tests of one gateway come one after the other.
      while (free.length > 0 && free.at(-1)!.origin !== origin) await free.pop()!.close();
      const tab = free.pop();
      if (tab === undefined) return null;
      await tab.visit(url, options);
      return use(tab);
    },
    keep: (tab) => void kept.add(tab),
  };
}
