import { printable } from '../http/quoted.ts';
import { type Fault, under } from './fault.ts';
import { type ProxyMirrorConfig, proxyMirrorFaults } from './proxy-mirror.ts';
import { hinted, meant } from './messages.ts';
import { isObject } from './schema.ts';

/** The plugins of a route. `proxy-mirror` is the only one. */
export interface PluginsConfig {
  readonly 'proxy-mirror'?: ProxyMirrorConfig;
}

const PLUGINS: ReadonlyMap<string, (value: unknown) => Fault[]> = new Map([
  ['proxy-mirror', proxyMirrorFaults],
]);

/** Faults of a route's `plugins`, with APISIX's texts; none when it is not an object (the schema reports that). */
export function pluginsFaults(plugins: unknown): Fault[] {
  if (!isObject(plugins)) return [];
  return Object.keys(plugins).flatMap((name) => under([name], pluginFaults(name, plugins[name])));
}

function pluginFaults(name: string, value: unknown): Fault[] {
  const withoutPrefix = (message: string): Fault[] => [{ path: [], message, noPrefix: true }];
  const shown = printable(name);
  if (!isObject(value)) {
    // `hazards` ran before and bounds the depth, so `JSON.stringify` cannot overflow the stack.
    const echo = printable(JSON.stringify(value) ?? 'undefined');
    return withoutPrefix(`invalid plugin conf ${echo} for plugin [${shown}] (expected an object)`);
  }
  const check = PLUGINS.get(name);
  if (check !== undefined) return check(value);
  return withoutPrefix(hinted(`unknown plugin [${shown}]`, meant(name, PLUGINS.keys())));
}
