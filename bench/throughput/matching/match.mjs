/**
 *     node match.mjs <rounds> <requests> <routes>...
 *
 * Times the match alone in tables of so many routes of each kind, with so many different requests in turn, and prints
 * as JSON the nanoseconds of processor time of each round: `{ exact: { 1: [21, 20] } }`.
 */
import { KINDS } from './routes.mjs';

/** @type {typeof import('../../../src/routes/matcher.ts')} The build; the types come from the sources. */
const { compileMatcher } = await import(
  new URL('../../../dist/routes/matcher.js', import.meta.url).href
);

const [rounds = 1, count = 1, ...sizes] = process.argv.slice(2).map(Number);

/** Matches in one round, about 50 ms. */
const MATCHES = 500_000;

const tables = Object.entries(KINDS).flatMap(([name, kind]) =>
  sizes.map((size) => {
    const routes = Array.from({ length: size }, (_, i) => kind.route(i));
    // Far apart and in no order, like real requests.
    const order = Array.from({ length: count }, (_, i) => ((i + 1) * 7919) % size);
    return {
      name,
      size,
      table: compileMatcher(routes, (route) => route.uri),
      expected: order.map((i) => kind.route(i).uri),
      requests: order.map((i) => inbound(kind.asked(i))),
      nanoseconds: /** @type {number[]} */ ([]),
    };
  }),
);

for (const { name, table, requests, expected } of tables) {
  const wrong = requests.findIndex((request, i) => table.match(request) !== expected[i]);
  if (wrong !== -1) throw new Error(`${name}: no match for ${requests[wrong]?.path}`);
}

// The first round warms up the compiler.
for (let round = 0; round <= rounds; round += 1) {
  for (const { table, requests, nanoseconds } of tables) {
    const took = time(table, requests);
    if (round > 0) nanoseconds.push(took);
  }
}

/** @type {Record<string, Record<string, number[]>>} */
const result = {};
for (const { name, size, nanoseconds } of tables) (result[name] ??= {})[size] = nanoseconds;
console.log(JSON.stringify(result));

/**
 * @param {(typeof tables)[number]['table']} table
 * @param {(typeof tables)[number]['requests']} requests
 * @returns {number}
 */
function time(table, requests) {
  let matched = 0;
  const began = process.cpuUsage();
  for (let i = 0; i < MATCHES; i += 1) {
    const request = /** @type {(typeof requests)[number]} */ (requests[i % count]);
    if (table.match(request) !== null) matched += 1;
  }
  const { user, system } = process.cpuUsage(began);
  if (matched !== MATCHES) throw new Error(`${MATCHES - matched} requests matched nothing`);
  return ((user + system) * 1000) / MATCHES;
}

/**
 * A request with only the members that routes read. Each request has strings of its own, as from a socket: a reused
 * string would be compared by its address.
 * @param {import('./routes.mjs').Asked} asked
 * @returns {import('../../../src/http/messages.ts').Inbound}
 */
function inbound({ path, host }) {
  const own = { path: Buffer.from(path).toString(), host: Buffer.from(host).toString() };
  return /** @type {any} */ ({
    method: 'GET',
    ...own,
    authority: own.host,
    remoteAddr: '127.0.0.1',
  });
}
