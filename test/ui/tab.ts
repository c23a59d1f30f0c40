import axe from 'axe-core';
import { type Browser, launch, type Page } from 'puppeteer-core';

/** A page in a tab of its own, with a session of its own. */
export interface Tab {
  readonly page: Page;
  /** Origin of its first address. */
  readonly origin: string;
  /** What a browser reports when something is wrong: errors, refused content, requests to elsewhere. */
  readonly problems: string[];
  /** Rules of accessibility that the page breaks, with the elements that do. */
  violations(judged?: Judged): Promise<string[]>;
  /** Shows the page to somebody with another theme or screen. */
  look(options: TabOptions): Promise<void>;
  /** Begins anew with another address of the same origin. */
  visit(url: string, options?: TabOptions): Promise<void>;
  close(): Promise<void>;
}

/** What of a page is judged, and by which rules; by default all. */
export interface Judged {
  /** A selector. */
  readonly within?: string;
  readonly rules?: keyof typeof RULES;
}

export interface TabOptions {
  readonly theme?: 'light' | 'dark';
  /** In CSS pixels. */
  readonly width?: number;
  readonly height?: number;
}

/** How long a page may take to do what a test waits for. */
const STEP_MS = 15_000;

/** A name of somebody else that leads to this machine, as DNS rebinding makes one. */
export const REBOUND = 'rebound.example';

/** @param executablePath where Chromium is */
export function launchChromium(executablePath: string): Promise<Browser> {
  return launch({
    executablePath,
    // The sandbox needs privileges that containers do not have.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-proxy-server',
      `--host-resolver-rules=MAP ${REBOUND} 127.0.0.1`,
    ],
  });
}

/** Opens a page as a user does who has typed its address. */
export async function openTab(
  chromium: Browser,
  url: string,
  options: TabOptions = {},
): Promise<Tab> {
  const session = await chromium.createBrowserContext();
  const page = await session.newPage();
  // Less than a test has, so that what it waited for is named.
  page.setDefaultTimeout(STEP_MS);
  const { origin } = new URL(url);
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warn') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('request', (request) => {
    const asked = new URL(request.url());
    if (asked.protocol.startsWith('http') && asked.origin !== origin)
      problems.push(`a request to ${request.url()}`);
  });
  await visit(url, options);
  return {
    page,
    origin,
    problems,
    violations: (judged = {}) => violations(page, judged),
    look,
    visit,
    close: () => session.close(),
  };

  async function visit(address: string, screen: TabOptions = {}): Promise<void> {
    problems.length = 0;
    await look(screen);
    await page.goto(address);
  }

  async function look({ theme = 'light', width = 1280, height = 900 }: TabOptions): Promise<void> {
    await page.setViewport({ width, height });
    await page.emulateMediaFeatures([
      { name: 'prefers-color-scheme', value: theme },
      // Colours are judged as they are, and not on their way from one to another.
      { name: 'prefers-reduced-motion', value: 'reduce' },
    ]);
  }
}

/** Of WCAG 2.2, and left out unless it is asked for. */
const SIZES = { 'target-size': { enabled: true } };

/** Rules of colours take most of the time. */
const RULES = {
  all: { rules: SIZES },
  colours: { runOnly: ['color-contrast', 'link-in-text-block'] },
  others: {
    rules: {
      ...SIZES,
      'color-contrast': { enabled: false },
      'link-in-text-block': { enabled: false },
    },
  },
} satisfies Record<string, axe.RunOptions>;

async function violations(
  page: Page,
  { within = 'html', rules = 'all' }: Judged,
): Promise<string[]> {
  // Not in every page: a browser takes a third of a second to read it.
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axe.source);
  const found = await page.evaluate(
    async (selector, options) => {
      const { axe: judge } = globalThis as unknown as { axe: typeof axe };
      const results = await judge.run(selector, { ...options, resultTypes: ['violations'] });
      return results.violations.map(({ id, help, nodes }) => ({
        rule: `${id}: ${help}`,
        nodes: nodes.map(({ html }) => html),
      }));
    },
    within,
    RULES[rules] as axe.RunOptions,
  );
  return found.map(({ rule, nodes }) => `${rule}\n  ${nodes.join('\n  ')}`);
}

/** Waits until the page shows a text. */
export async function shows(page: Page, text: string): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      (
        globalThis as unknown as { document: { body: { innerText: string } } }
      ).document.body.innerText.includes(wanted),
    {},
    text,
  );
}

/** Clicks on what has this role and name for a screen reader. */
export async function click(page: Page, role: string, name: string): Promise<void> {
  const element = await page.waitForSelector(`::-p-aria([name="${name}"][role="${role}"])`);
  await element!.click();
}

/** Sends what an open dialog asks about. A closed one still holds what it asked last, on whose button a click would wait in vain. */
export async function confirm(page: Page): Promise<void> {
  await page.locator('dialog[open] form button:not([type])').click();
}

/** Leaves the dialog by Escape. Chromium closes it some time after the key; until then clicks get nowhere. */
export async function leaveDialog(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog:not([open])');
}
