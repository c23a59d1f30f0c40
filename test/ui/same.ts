import { expect, it } from 'vitest';
import type { Stage } from '../support/stage.ts';

/** The page without any data, and what it loads. */
const FILES = ['/apisix/ui', '/apisix/ui/style.css', '/apisix/ui/script.js'];

/** What the page was on the runtimes before. */
const seen: object[] = [];

/** The page is the same everywhere, so that what only it decides is tried on one runtime. */
export function same(stage: Stage): void {
  it('is the same page as on the others', async () => {
    const files = await Promise.all(FILES.map((path) => fileOf(stage.gateway.url + path)));
    expect(files.map(({ status }) => status)).toEqual([200, 200, 200]);
    for (const others of seen) expect(files).toEqual(others);
    seen.push(files);
  });
}

async function fileOf(url: string) {
  const response = await fetch(url);
  const { status, headers } = response;
  const [type, policy] = ['content-type', 'content-security-policy'].map((name) =>
    headers.get(name),
  );
  return { status, type, policy, text: await response.text() };
}
