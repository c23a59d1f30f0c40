import type { Page } from 'puppeteer-core';
import { node } from '../../../runtimes/node.ts';
import type { GatewayProcess, StartOptions } from '../../../runtimes/runtime.ts';
import { origin, type Origin, type Respond } from '../../../support/origin.ts';

/** Something that somebody may see on the page. */
export interface Scene {
  /** The name of its pictures. */
  readonly name: string;
  readonly url: string;
  /** Whether the key is typed in before. */
  readonly isOpen: boolean;
  /** What somebody does on the page. */
  readonly act?: Act | undefined;
}

type Act = (page: Page) => Promise<unknown>;

/** Where scenes play. */
export interface Theatre {
  start(options?: StartOptions): Promise<GatewayProcess>;
  serve(respond?: Respond): Promise<Origin>;
  close(): Promise<unknown>;
}

/** The parts of one gateway's scenes. */
export type Part = (theatre: Theatre) => Promise<Scene[]>;

export function openTheatre(): Theatre {
  const opened: { end(): Promise<unknown> }[] = [];
  return {
    async start(options) {
      const gateway = await node.start(options);
      opened.push({ end: () => gateway.stop() });
      return gateway;
    },
    async serve(respond) {
      const one = await origin(respond);
      opened.push({ end: () => one.close() });
      return one;
    },
    close: () => Promise.all(opened.map((one) => one.end())),
  };
}

/**
 * Names the scenes of a gateway.
 *
 * @example const scene = scenesOf('none', gateway); scene('now', {})
 */
export function scenesOf(part: string, { url }: GatewayProcess, isOpen = true) {
  return (name: string, view: string, query: Record<string, string> = {}, act?: Act): Scene => ({
    name: `${part}-${name}`,
    url: `${url}/apisix/ui?${new URLSearchParams({ view, ...query })}`,
    isOpen,
    act,
  });
}

/** What sends the change that a dialog asks about. */
export const CONFIRM = 'dialog[open] form button:not([type])';

/** Follows the first link of a name to the dialog that it opens. */
export const asks =
  (link: string): Act =>
  async (page) => {
    const element = await page.waitForSelector(`::-p-aria([name="${link}"][role="link"])`);
    await element!.click();
    await page.waitForSelector('dialog[open]');
  };

/** Fills in the form of the view Explain. */
export const explains =
  (url: string, fields = ''): Act =>
  async (page) => {
    await page.waitForSelector('main textarea');
    await page.evaluate(
      `document.querySelector('input[name=url]').value = ${JSON.stringify(url)};
       document.querySelector('textarea').value = ${JSON.stringify(fields)};`,
    );
    await page.locator('main form button').click();
    await page.waitForSelector('[data-result], main [role=alert]');
  };

/** Waits until an element has a text. */
export const says = (page: Page, selector: string) =>
  page.waitForFunction(`document.querySelector('${selector}')?.innerText.trim() > ''`);

export const json =
  (body: unknown, status = 200): Respond =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
