import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../runtimes/paths.ts';
import { run, type RunOptions } from '../support/process.ts';

/** What `npm pack` needs of the checkout. */
const SOURCES = ['src', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];

/** What it packs as it is: pages, and what they lead to. */
export const DOCUMENTS: readonly string[] = [
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'bench/README.md',
  'bench/throughput.svg',
  'docs',
  'examples',
];

/** Programs that are not ours, to work with what we pack. */
const TEMPLATE = fileURLToPath(new URL('project', import.meta.url));

export interface PackedFile {
  readonly path: string;
  readonly size: number;
}

export interface Tarball {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly files: readonly PackedFile[];
}

/** Packs a copy of the sources, without what was built before, as a release does. */
export async function pack(folder: string): Promise<Tarball> {
  const copy = join(folder, 'sources');
  for (const name of [...SOURCES, ...DOCUMENTS])
    await cp(join(ROOT, name), join(copy, name), { recursive: true, filter: isSource });
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const output = await finished('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: copy,
  });
  // Some versions of npm print what the scripts of package.json do before it.
  const list = output.slice(output.search(/^\[/m));
  const [packed] = JSON.parse(list) as [Tarball & { readonly filename: string }];
  return { ...packed, path: join(folder, packed.filename) };
}

/** Not what other tests install in the examples, which takes longer to copy than everything else, and is not packed. */
function isSource(path: string): boolean {
  return basename(path) !== 'node_modules';
}

/** Makes an empty project and installs the tarball there, beside a version of Hono. */
export async function install(tarball: string, hono: string): Promise<string> {
  const folder = await temporary('project');
  await cp(TEMPLATE, folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  const versions = await Promise.all(['@hono/node-server', '@types/node'].map(installed));
  const packages = [tarball, `hono@${hono}`, ...versions];
  await finished('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...packages], {
    cwd: folder,
  });
  return folder;
}

/** A package of ours, with its version. */
async function installed(name: string): Promise<string> {
  return `${name}@${await versionOf(join(ROOT, 'node_modules', name))}`;
}

export async function versionOf(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

const folders: string[] = [];

/** Makes a folder that `removeTemporary` removes. */
export async function temporary(what: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `proxy-mirror-${what}-`));
  folders.push(folder);
  return folder;
}

/** To be called after all tests of a file that make projects. */
export async function removeTemporary(): Promise<void> {
  const removed = folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true }));
  await Promise.all(removed);
}

/** Runs a program to its end and returns what it printed. Throws with all of its output if it failed. */
export async function finished(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { exited, stdout, stderr } = run(program, args, options);
  const code = await exited;
  if (code === 0) return stdout();
  throw new Error(`${program} ${args.join(' ')}: status ${code}\n${stdout()}${stderr()}`);
}
