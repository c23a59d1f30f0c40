import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Respond } from '../../support/origin.ts';
import { command } from '../command.ts';

/** Metadata of a version, made by `npm pack`. */
export interface Packed {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
  readonly filename: string;
  readonly tarball: Buffer;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Two packages; one depends on the other. */
const SOURCES = [
  { name: 'greeting', version: '1.2.3', dependencies: { '@fixture/words': '^2.0.0' } },
  { name: '@fixture/words', version: '2.1.0', dependencies: {} },
];

let packed: Promise<Packed[]> | null = null;

/** The fixtures as npm packs them; packed once. */
export function packages(): Promise<readonly Packed[]> {
  return (packed ??= pack());
}

async function pack(): Promise<Packed[]> {
  const folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-npm-pack-'));
  for (const [i, source] of SOURCES.entries()) {
    const home = join(folder, `${i}`);
    await mkdir(home);
    await writeFile(join(home, 'package.json'), JSON.stringify(source));
    await writeFile(join(home, 'index.js'), `module.exports = 'this is ${source.name}';\n`);
  }
  const homes = SOURCES.map((_, i) => `./${i}`);
  const { stdout } = await command('npm', ['pack', '--json', ...homes], { cwd: folder });
  const versions = JSON.parse(stdout) as Omit<Packed, 'tarball' | 'dependencies'>[];
  const all = versions.map(async (one, i) => ({
    ...one,
    dependencies: SOURCES[i]!.dependencies,
    tarball: await readFile(join(folder, one.filename)),
  }));
  return Promise.all(all).finally(() => rm(folder, { recursive: true }));
}

/**
 * Responds like a registry with these packages.
 *
 * @param root base URL that clients use, for the addresses of tarballs
 */
export function registry(known: readonly Packed[], root: () => string): Respond {
  return ({ url }, response) => {
    const path = decodeURIComponent(url.replace(/^\/[^/]+\//, ''));
    const file = known.find((one) => path === `${one.name}/-/${one.filename}`);
    const document = known.find(({ name }) => path === name);
    if (file !== undefined) {
      response.setHeader('content-type', 'application/octet-stream');
      response.end(file.tarball);
    } else if (document !== undefined) {
      response.setHeader('content-type', 'application/vnd.npm.install-v1+json');
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync(JSON.stringify(metadata(document, root()))));
    } else {
      response.writeHead(404).end('{}');
    }
  };
}

function metadata(one: Packed, root: string): object {
  const { name, version, dependencies, integrity, filename } = one;
  const dist = { integrity, tarball: `${root}/${name}/-/${filename}` };
  return {
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { name, version, dependencies, dist } },
  };
}
