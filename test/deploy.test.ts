import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { wrangler } from './runtimes/wrangler.ts';

/** Limit of the bundle, compressed as Cloudflare counts it. */
const MAX_BYTES = 60 * 1024;

it('deploys to Workers with one command, a lean bundle and no server code', async () => {
  const out = await mkdtemp(join(tmpdir(), 'proxy-mirror-deploy-'));
  expect(await wrangler(['deploy', '--dry-run', '--outdir', out])).toContain('env.ROUTES');
  const scripts = (await readdir(out)).filter((name) => name.endsWith('.js'));
  expect(scripts).toHaveLength(1);
  const bundle = await readFile(join(out, scripts[0]!), 'utf8');
  expect(gzipSync(bundle).byteLength).toBeLessThanOrEqual(MAX_BYTES);
  expect(bundle).not.toMatch(/["']node:/);
  // A file that came from `src/` as well would be there twice, with two states: two levels of the log.
  const map = await readFile(join(out, `${scripts[0]!}.map`), 'utf8');
  const { sources } = JSON.parse(map) as { readonly sources: readonly string[] };
  const own = sources.filter((name) => !name.includes('node_modules'));
  expect(own.filter((name) => !/(?:^|\/)dist\//.test(name))).toEqual([]);
  await rm(out, { recursive: true });
});
