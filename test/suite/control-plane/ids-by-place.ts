import { readFile } from 'node:fs/promises';
import { expect, it, onTestFinished } from 'vitest';
import type { TestRuntime } from '../../runtimes/runtime.ts';
import { type Origin, route } from '../../support/origin.ts';
import { ask } from './context.ts';

/** Routes whose document gives them no id. */
export function idsByPlace(runtime: TestRuntime, upstream: () => Origin): void {
  it('are known by their place, and stay who they are', async () => {
    // As a dashboard of APISIX exports it.
    const plugin = { disable: false };
    const at = (uri: string) => route(upstream(), upstream(), { uri, plugin });
    const routes = [at('/a'), at('/b'), { ...at('/c'), id: 'c' }, at('/d'), at('/e')];
    const gateway = await runtime.start({ routes });
    onTestFinished(async () => void (await gateway.stop()));
    const served = async () => {
      const { json } = await ask(gateway, 'GET', '');
      const list = json.list as { value: { id: string; uri: string } }[];
      return Object.fromEntries(list.map(({ value }) => [value.id, value.uri]));
    };
    expect(await served()).toEqual({ 1: '/a', 2: '/b', c: '/c', 4: '/d', 5: '/e' });
    expect((await fetch(`${gateway.url}/d`)).status).toBe(200);

    await ask(gateway, 'PUT', '/4', at('/d-new'));
    await ask(gateway, 'DELETE', '/2');
    expect(await served()).toEqual({ 1: '/a', c: '/c', 4: '/d-new', 5: '/e' });
    expect((await fetch(`${gateway.url}/d-new`)).status).toBe(200);
    if (gateway.file === null) return;
    const { value } = (await ask(gateway, 'GET', '/4')).json as { value: object };
    const kept = [routes[0], routes[2], value, { id: '5', ...routes[4] }];
    expect(await readFile(gateway.file, 'utf8')).toBe(JSON.stringify({ routes: kept }, null, 2));
  });
}
