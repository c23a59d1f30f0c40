/**
 * What the validator refuses and JSON Schema has no words for. Only here may they differ: the schema accepts more,
 * never less.
 */
export const BEYOND = {
  ids: 'no two routes have the same id (`1` and `"1"` are the same)',
  expressions: '`vars` and `_meta.filter` are conditions that can be compiled',
  variables: '`sample_key` names a variable that there is',
  addresses: 'an IPv4 or IPv6 address is one, and the prefix of a CIDR is not too long',
  urls: 'the host of a mirror is one that a URL can have',
  ports: 'a port behind a host is between 1 and 65535',
  hazards: 'no key is `__proto__`, and nothing is nested deeper than 64 levels',
} as const;
