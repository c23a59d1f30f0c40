import type { UpstreamConfig } from '../../config/upstream.ts';
import type { Inbound } from '../../http/inbound.ts';
import { compileVariable } from '../../vars/variable.ts';

/** Names of APISIX's that are another's here. */
const ALIASES: Readonly<Record<string, string>> = { hostname: 'host', server_name: 'host' };

/**
 * Compiles `hash_on` and `key` to what `type: chash` tells requests apart by. A request that does
 * not have it goes by the client's address, as in APISIX.
 *
 * @throws VarsError for a variable that is not known here
 * @example hashKey({ hash_on: 'header', key: 'x-user', nodes }) // reads X-User
 */
export function hashKey({
  hash_on = 'vars',
  key = '',
}: UpstreamConfig): (inbound: Inbound) => string {
  const read = READERS[hash_on](key);
  return (inbound) => read(inbound) || inbound.remoteAddr;
}

const READERS: Readonly<
  Record<
    NonNullable<UpstreamConfig['hash_on']>,
    (key: string) => (inbound: Inbound) => string | undefined
  >
> = {
  vars: (key) => compileVariable(ALIASES[key] ?? key),
  header: (key) => compileVariable(`http_${key}`),
  cookie: (key) => compileVariable(`cookie_${key}`),
  vars_combinations: combination,
};

/** `$remote_addr$arg_id`: variables in a text. */
function combination(key: string): (inbound: Inbound) => string | undefined {
  const parts = key.split(/\$\{?(\w+)\}?/).map((part, i) => {
    if (i % 2 === 0) return () => part;
    return compileVariable(ALIASES[part] ?? part);
  });
  return (inbound) => {
    const values = parts.map((part) => part(inbound));
    // Text alone would send every request to one node.
    return values.some((value, i) => i % 2 === 1 && value) ? values.join('') : undefined;
  };
}
