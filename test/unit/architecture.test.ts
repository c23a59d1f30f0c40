import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { imports, src } from '../support/imports.ts';

/**
 * The rooms below `src` and what each may import besides itself: only rooms that are listed before it. A file right
 * below `src` is a room of its own.
 */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  // Words and rules of HTTP that all share.
  http: rooms(''),
  // HTTP/1.1 over sockets: a library that knows no gateway.
  http1: rooms('http'),
  // HTTP/2 of clients over node:http2. A request and a response are what they are in http1.
  http2: rooms('http http1'),
  'version.ts': rooms(''),
  // Adapters, one for each runtime.
  runtime: rooms('http http1 http2'),
  // What may be said in a document, and what routes make of it.
  vars: rooms('http'),
  config: rooms('http vars'),
  routes: rooms('http vars'),
  // What is known of a request before a route matches.
  request: rooms('http'),
  // The work: to the upstream and back, and to the mirrors. Without mirror/ a proxy is left.
  exchange: rooms('http vars config request'),
  mirror: rooms('http vars config'),
  // How the mirror responded: knows responses, and neither sockets nor who sends the copies.
  compare: rooms('http runtime vars config'),
  telemetry: rooms('http version.ts runtime config mirror compare'),
  'route-table.ts': rooms('http config routes exchange mirror compare'),
  'comparing.ts': rooms('runtime mirror compare telemetry'),
  'proxy.ts': rooms('http runtime request exchange mirror compare telemetry route-table.ts'),
  // Where documents are kept, and who asks for them or changes them.
  stores: rooms('config'),
  settings: rooms('http http1 config mirror compare telemetry stores'),
  admin: rooms('http vars config stores'),
  explain: rooms('http config routes request exchange mirror route-table.ts admin'),
  // The page: loaded when it is asked for.
  ui: rooms('http config compare telemetry explain'),
  'control-plane.ts': rooms(
    'http runtime request compare stores telemetry admin explain ui route-table.ts',
  ),
  // Entries.
  'mirroring.ts': rooms('http runtime config request mirror compare telemetry comparing.ts'),
  'middleware.ts': rooms('runtime config mirroring.ts'),
  'gateway-core.ts': rooms(
    'http runtime config request mirror compare telemetry stores route-table.ts comparing.ts proxy.ts control-plane.ts',
  ),
  'gateway.ts': rooms('runtime config stores telemetry control-plane.ts gateway-core.ts'),
  'index.ts': rooms(
    'runtime config mirror compare telemetry stores mirroring.ts middleware.ts gateway.ts',
  ),
  'workers.ts': rooms('http runtime compare telemetry stores settings gateway-core.ts'),
  cli: rooms(
    'http http1 version.ts runtime config request mirror compare telemetry stores settings explain route-table.ts control-plane.ts gateway-core.ts gateway.ts',
  ),
};

function rooms(names: string): string[] {
  return names === '' ? [] : names.split(' ');
}

const names = Object.keys(ROOMS);

function roomOf(file: string): string {
  return file.split('/', 1)[0]!;
}

/** All that a file imports, and what that imports, types included. */
function reachable(file: string, seen = new Set<string>()): Set<string> {
  for (const name of imports.get(file) ?? []) {
    if (seen.has(name)) continue;
    seen.add(name);
    reachable(name, seen);
  }
  return seen;
}

const isNode = (name: string) => name.startsWith('node:');

describe('the rooms', () => {
  it('are those of the list', () => {
    expect([...new Set(Array.from(imports.keys(), roomOf))].toSorted()).toEqual(names.toSorted());
  });

  it.each(names)('%s: may import only rooms that are listed before it', (room) => {
    const before = names.slice(0, names.indexOf(room));
    expect(ROOMS[room]!.filter((other) => !before.includes(other))).toEqual([]);
  });

  it.each(names)('%s: imports what it may, and needs all of that', (room) => {
    const arrows = [...imports]
      .filter(([file]) => roomOf(file) === room)
      .flatMap(([, found]) => found.filter((name) => imports.has(name)).map(roomOf))
      .filter((other) => other !== room);
    expect([...new Set(arrows)].toSorted()).toEqual(ROOMS[room]!.toSorted());
  });
});

it('no file imports itself by way of others, types included', () => {
  expect([...imports.keys()].filter((file) => reachable(file).has(file))).toEqual([]);
});

it('no file is longer than 300 lines', () => {
  const lengthOf = (file: string) => readFileSync(join(src, file), 'utf8').split('\n').length - 1;
  expect([...imports.keys()].filter((file) => lengthOf(file) > 300)).toEqual([]);
});

// V8 gives each object that is written with a getter a hidden class of its own, which it keeps, with all that the getter
// refers to, until the next full collection. For each request that is a leak of some kilobytes.
it('no object but a class has a getter, unless there is one for each gateway', () => {
  const getter = /^ {4,}get \w+\(/m;
  const found = [...imports.keys()].filter((file) =>
    getter.test(readFileSync(join(src, file), 'utf8')),
  );
  expect(found).toEqual(['telemetry/recent.ts']);
});

// RFC 9110's word, which operators search logs for.
it('what HTTP sends back is a response: only DNS has answers', () => {
  const found = [...imports.keys()].filter((file) =>
    /answer/i.test(readFileSync(join(src, file), 'utf8')),
  );
  expect(found.toSorted()).toEqual(['http1/client/names/dns.ts', 'http1/client/names/names.ts']);
});

it('only adapters, HTTP, commands and the file store touch a server runtime', () => {
  const may = /^(?:http1|http2|runtime|cli|stores\/file)\//;
  const breaches = [...imports].filter(([file, found]) => !may.test(file) && found.some(isNode));
  expect(breaches).toEqual([]);
});

it.each(['workers.ts', 'index.ts'])('%s reaches no server code', (entry) => {
  const server = [...reachable(entry)].filter(
    (name) =>
      isNode(name) ||
      /^(?:http1\/|http2\/|runtime\/(?:sockets\/|node|bun|deno|server|output))/.test(name),
  );
  expect(server).toEqual([]);
});
