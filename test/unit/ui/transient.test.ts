import { expect, it } from 'vitest';
import { createGateway, memoryStore, type Store } from '../../../src/index.ts';

const MIRROR = 'http://127.0.0.1:9797';
const ROUTES = [
  {
    id: '1',
    uri: '/*',
    plugins: { 'proxy-mirror': { host: MIRROR } },
    upstream: { nodes: { '127.0.0.1:1999': 1 } },
  },
];

it.each([
  ['in memory alone', memoryStore({ routes: ROUTES }), true],
  ['elsewhere', { ...memoryStore({ routes: ROUTES }), isTransient: false }, false],
] satisfies [string, Store, boolean][])(
  'says what undoes a change of routes that are kept %s',
  async (_, store, isTransient) => {
    const gateway = createGateway({ store, adminKey: 'key' });
    const query = new URLSearchParams({ do: 'pause', route: '1', mirror: MIRROR });
    const response = await gateway.fetch(
      new Request(`http://127.0.0.1/apisix/ui/confirm?${query}`, {
        headers: { 'X-API-KEY': 'key' },
      }),
    );
    const html = await response.text();
    expect(html.includes('a restart of the gateway undoes this')).toBe(isTransient);
    expect(html.includes('A later deployment that replaces all routes undoes this')).toBe(
      !isTransient,
    );
  },
);
