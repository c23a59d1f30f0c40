import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { ROOT } from './runtimes/paths.ts';
import { wrangler } from './runtimes/wrangler.ts';

/** Limits of the bundle without the page and of what the page adds, compressed as Cloudflare counts it. */
const MAX_BYTES = 60 * 1024;
const MAX_PAGE_BYTES = 40 * 1024;
/** What only the page's code says. */
const PAGE = '/apisix/ui/style.css';

/** Bundles the Worker of a package into a folder, and returns the bundle. */
async function bundled(root: string, out: string): Promise<string> {
  const config = join(root, 'wrangler.toml');
  const said = await wrangler(['deploy', '--dry-run', '--outdir', out], config);
  expect(said).toContain('env.ROUTES');
  expect((await readdir(out)).filter((name) => name.endsWith('.js'))).toEqual(['workers.js']);
  return readFile(join(out, 'workers.js'), 'utf8');
}

/** A copy of this package without the code of the page. */
async function withoutPage(root: string): Promise<string> {
  await mkdir(root);
  for (const name of ['package.json', 'wrangler.toml', 'dist'])
    await cp(join(ROOT, name), join(root, name), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  await writeFile(join(root, 'dist/ui/places.js'), 'export const places = null;');
  return root;
}

it('deploys to Workers with one command, a lean bundle and no server code', async () => {
  const out = await mkdtemp(join(tmpdir(), 'proxy-mirror-deploy-'));
  const bundle = await bundled(ROOT, join(out, 'whole'));
  // A file that came from `src/` as well would be there twice, with two states: two levels of the log.
  const map = await readFile(join(out, 'whole/workers.js.map'), 'utf8');
  const { sources } = JSON.parse(map) as { readonly sources: readonly string[] };
  const own = sources.filter((name) => !name.includes('node_modules'));
  expect(own.filter((name) => !/(?:^|\/)dist\//.test(name))).toEqual([]);

  const lean = await bundled(await withoutPage(join(out, 'package')), join(out, 'lean'));
  expect(lean).not.toContain(PAGE);
  expect(bundle).toContain(PAGE);
  const [leanBytes, bytes] = [lean, bundle].map((text) => gzipSync(text).byteLength);
  expect(leanBytes).toBeLessThanOrEqual(MAX_BYTES);
  expect(bytes! - leanBytes!).toBeLessThanOrEqual(MAX_PAGE_BYTES);
  // Hono's JSX asks whether there are async hooks, and imports nothing.
  expect(lean).not.toMatch(/["']node:/);
  await rm(out, { recursive: true });
}, 60_000);
