import type { Draw } from '../draw.ts';
import { BYTES } from './bytes.ts';

type Json = unknown;
type Node = { [key: string]: Json };

/** Unexpected values. */
const SCALARS: readonly Json[] = [
  [null, true, false, 0, 1, -1, 0.5, 1e-5, 1e21, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, '', ' ', 'a'],
  ['1', '00', '1e3', '\0', '\n', '\ud800', '\u2028', 'é', '\u{1f600}', 'x'.repeat(300), '/', '/*'],
  ['*', '/a/*', '/a*b*c', '**', 'GET', 'POST', 'roundrobin', 'chash', 'least_conn', 'rewrite'],
  ['node', 'pass', 'prefix', 'replace', 'constructor', '__proto__', 'toString', '127.0.0.1'],
  ['127.0.0.1:80', '[::1]:80', '10.0.0.0/8', '::/0', '::ffff:1.2.3.4', 'a.example', '*.a.example'],
  ['a.example.', 'http://a.example', 'https://a.example:8443', 'http://a/b', 'ftp://a'],
].flat();
const VALUES: readonly Json[] = [
  ...SCALARS,
  [],
  {},
  [[]],
  [{}],
  [null],
  { '': '' },
  ['AND'],
  ['http_x', '==', 'a'],
  [['http_x', '~~', '^a+$']],
  ['AND', ['arg_a', '>', 1], ['uri', '~~', 'a']],
];

const KEYS: readonly string[] = [
  ['id', 'uri', 'uris', 'host', 'hosts', 'methods', 'remote_addr', 'remote_addrs', 'vars'],
  ['priority', 'status', 'timeout', 'upstream', 'plugins', 'proxy-mirror', 'mirrors', 'nodes'],
  ['type', 'key', 'hash_on', 'retries', 'retry_timeout', 'scheme', 'pass_host', 'upstream_host'],
  ['connect', 'send', 'read', 'weight', 'port', 'path', 'path_concat_mode', 'sample_ratio'],
  ['sample_key', 'headers', 'set', 'add', 'remove', 'max_body_size', 'max_in_flight'],
  ['rate_limit', 'breaker', 'failures', 'open', '_meta', 'filter', 'disable', 'labels', 'name'],
  ['desc', 'expires', 'routes', 'services', 'enable_websocket', 'keepalive_pool', '0', 'length'],
  ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', '', ' ', 'x-a', 'X_A'],
  ['Host', 'Content-Length', 'Connection', 'a b', 'a\nb', 'é', 'x'.repeat(100)],
].flat();

/** Changes the structure of a value, and now and then its text. */
export function mutatedJson(value: Json, draw: Draw): string {
  let changed = structuredClone(value);
  for (let left = draw.chance(0.1) ? 0 : draw.few(1, 5); left > 0; left--)
    changed = changedOnce(changed, draw);
  const text = JSON.stringify(changed) ?? 'null';
  return draw.chance(0.1) ? draw.pick(BYTES)(text, draw) : text;
}

/** Removes, adds, changes or moves one thing. */
function changedOnce(root: Json, draw: Draw): Json {
  const places = placesIn(root);
  if (places.length === 0) return draw.pick(VALUES);
  const { holder, key } = draw.pick(places);
  switch (draw.below(9)) {
    case 0:
      drop(holder, key);
      break;
    case 1:
      put(holder, draw.pick(KEYS), structuredClone(draw.pick(VALUES)));
      break;
    case 2: {
      // Moves or copies a value to another place.
      const from = draw.pick(places);
      put(holder, key, structuredClone(from.holder[from.key]));
      break;
    }
    case 3: {
      const value = holder[key];
      drop(holder, key);
      put(holder, draw.pick(KEYS), value);
      break;
    }
    case 4:
      put(holder, key, wrapped(holder[key], draw));
      break;
    case 5:
      if (Array.isArray(holder)) holder.push(structuredClone(draw.pick(holder as Json[])));
      else put(holder, draw.pick(KEYS), structuredClone(holder[key]));
      break;
    case 6:
      put(holder, key, scalar(holder[key], draw));
      break;
    default:
      put(holder, key, structuredClone(draw.pick(VALUES)));
  }
  return root;
}

function placesIn(root: Json, places: { holder: Node; key: string }[] = []) {
  if (typeof root !== 'object' || root === null) return places;
  for (const key of Object.keys(root)) {
    places.push({ holder: root as Node, key });
    placesIn((root as Node)[key], places);
  }
  return places;
}

/** Defines the property, as JSON.parse does: assigning `__proto__` would change the prototype. */
function put(holder: Node, key: string, value: Json): void {
  const at = Array.isArray(holder) && !/^\d+$/.test(key) ? String(holder.length) : key;
  Object.defineProperty(holder, at, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

function drop(holder: Node, key: string): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}

function wrapped(value: Json, draw: Draw): Json {
  let deep = value;
  for (let left = draw.chance(0.05) ? 70 : draw.few(1, 3); left > 0; left--)
    deep = draw.chance(0.5) ? [deep] : { [draw.pick(KEYS)]: deep };
  return deep;
}

function scalar(value: Json, draw: Draw): Json {
  if (typeof value === 'number')
    return draw.pick([value + 1, value - 1, -value, value * 1e9, value / 3, String(value)]);
  if (typeof value === 'string') return draw.pick(BYTES)(value, draw);
  return [value];
}
