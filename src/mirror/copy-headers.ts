import type { MirrorConfig } from '../config/proxy-mirror.ts';
import { fieldNames } from '../http/field-names.ts';
import type { HeaderList } from '../http/headers.ts';

/** The mark of a copy, so that mirrors that point back at a gateway cannot multiply requests. */
export const LOOP_MARK = 'x-mirrored-by';

/** Fields of a copy, from what the primary upstream gets. */
export type CopyHeaders = (primary: HeaderList) => HeaderList;

/**
 * Compiles `pass_host`, `upstream_host` and `headers` of a mirror.
 *
 * @param authority the mirror's own host, sent with `pass_host: node`
 * @param instance id of this gateway, the value of the loop mark; asked for with each copy, as Workers
 * can make one only while a request is served
 */
export function copyHeaders(
  config: MirrorConfig,
  authority: string,
  instance: () => string,
): CopyHeaders {
  const host = hostOf(config, authority);
  const { set = {}, add = {}, remove = [] } = config.headers ?? {};
  const dropped = new Set([...remove, ...Object.keys(set)].map((name) => name.toLowerCase()));
  if (host !== null) dropped.add('host');
  // Before all others, as in any request (RFC 9110 section 7.2).
  const first = host === null ? [] : ['Host', host];
  const appended = [...pairs(set), ...pairs(add)];
  if (dropped.size === 0) return (primary) => primary.concat(appended, LOOP_MARK, instance());
  const nameOf = fieldNames(dropped);
  return (primary) => {
    const list: HeaderList = first.slice();
    for (let i = 0; i < primary.length; i += 2) {
      if (nameOf(primary[i]!) === '') list.push(primary[i]!, primary[i + 1]!);
    }
    return list.concat(appended, LOOP_MARK, instance());
  };
}

/** `null` leaves the primary's Host as it is. */
function hostOf(config: MirrorConfig, authority: string): string | null {
  switch (config.pass_host) {
    case 'node':
      return authority;
    case 'rewrite':
      return config.upstream_host!;
    default:
      return null;
  }
}

function pairs(fields: Readonly<Record<string, string>>): HeaderList {
  return Object.entries(fields).flat();
}
