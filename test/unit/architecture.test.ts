import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../../src', import.meta.url));

/** Every source file by its path below src, with what it imports; paths below src resolved. */
const imports = new Map(
  readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [file, importsOf(file)]),
);

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8');
  const names = text.matchAll(/^(?:import|export)\b[^;]*?['"]([^'"]+)['"];$/gms);
  return Array.from(names, ([, name]) =>
    name!.startsWith('.') ? relative(src, join(src, dirname(file), name!)) : name!,
  );
}

/** Imports of a file and of all that it imports, in src. */
function reachable(file: string, seen = new Set<string>()): Set<string> {
  for (const name of imports.get(file) ?? []) {
    if (seen.has(name)) continue;
    seen.add(name);
    reachable(name, seen);
  }
  return seen;
}

const isNode = (name: string) => name.startsWith('node:');

/** Who may import what: the walls of the house. */
const walls: readonly [wall: string, inside: RegExp, forbidden: (name: string) => boolean][] = [
  [
    'the exchange does not know mirrors: without them a working proxy is left',
    /^(?:exchange|http|routes|vars)\//,
    (name) => name.startsWith('mirror/'),
  ],
  [
    'only runtimes, commands and the file store touch a server runtime',
    /^(?!runtime\/http1\/|runtime\/output\.ts|cli\/|stores\/file)/,
    isNode,
  ],
  [
    'configuration, vocabulary and matching stand alone',
    /^(?:config|http|routes|vars)\//,
    (name) => /^(?:exchange|mirror|admin|stores|runtime|telemetry|cli|settings)\//.test(name),
  ],
  [
    'explaining is an extra: the gateway works without it',
    /^(?!explain\/|cli\/|gateway\.ts)/,
    (name) => name.startsWith('explain/'),
  ],
  [
    'whoever does the work tells of it by callbacks, and knows no listener',
    /^(?:exchange|mirror|admin|stores)\//,
    (name) => name.startsWith('telemetry/'),
  ],
  ['only commands read the command line', /^(?!cli\/)/, (name) => name.startsWith('cli/')],
];

describe('the walls between folders', () => {
  it('has found the sources', () => {
    expect(imports.size).toBeGreaterThan(50);
    expect(imports.get('gateway.ts')).toContain('data-plane.ts');
  });

  it.each(walls)('%s', (_, inside, forbidden) => {
    const breaches = [...imports]
      .filter(([file]) => inside.test(file))
      .flatMap(([file, names]) => names.filter(forbidden).map((name) => `${file} -> ${name}`));
    expect(breaches).toEqual([]);
  });

  it.each(['runtime/workers.ts', 'index.ts'])('%s reaches no server code', (entry) => {
    const server = [...reachable(entry)].filter(
      (name) => isNode(name) || /^runtime\/(?:http1\/|node|bun|deno|server|output)/.test(name),
    );
    expect(server).toEqual([]);
  });
});
