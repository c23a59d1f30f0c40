import { printable } from '../http/quoted.ts';
import { type Fault, under } from './fault.ts';
import { type ProxyMirrorConfig, proxyMirrorFaults } from './proxy-mirror.ts';
import { isObject } from './schema.ts';

/** The plugins of a route. There is one. */
export interface PluginsConfig {
  readonly 'proxy-mirror'?: ProxyMirrorConfig;
}

const PLUGINS: ReadonlyMap<string, (value: unknown) => Fault[]> = new Map([
  ['proxy-mirror', proxyMirrorFaults],
]);

/** Faults of a route's `plugins`, in APISIX's words; none when it is not an object. */
export function pluginsFaults(plugins: unknown): Fault[] {
  if (!isObject(plugins)) return [];
  return Object.keys(plugins).flatMap((name) => under([name], pluginFaults(name, plugins[name])));
}

function pluginFaults(name: string, value: unknown): Fault[] {
  const withoutPrefix = (message: string): Fault[] => [{ path: [], message, noPrefix: true }];
  const shown = printable(name);
  if (!isObject(value)) {
    // `JSON.stringify` of a nested array is bounded: hazards are looked for first.
    const echo = printable(JSON.stringify(value) ?? 'undefined');
    return withoutPrefix(`invalid plugin conf ${echo} for plugin [${shown}] (expected an object)`);
  }
  const check = PLUGINS.get(name);
  return check === undefined ? withoutPrefix(`unknown plugin [${shown}]`) : check(value);
}
