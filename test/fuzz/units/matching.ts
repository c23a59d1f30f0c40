import { compileMatcher } from '../../../src/routes/matcher.ts';
import { compileGlob } from '../../../src/routes/patterns.ts';
import { inboundOf, trustProxies } from '../../../src/request/inbound.ts';
import type { Inbound, Received } from '../../../src/http/messages.ts';
import type { Draw } from '../draw.ts';
import { ALIKE, finding, type Input, type Part, REFUSED, type Verdict } from '../part.ts';
import { bestRoute, type Criteria, fitsGlob } from './naive-routes.ts';
import { enlarged, slowness } from './time.ts';

const SEGMENTS = ['a', 'b', 'ab', 'aa', '', '*', 'a*', '*a', 'a*b', '**', '.', '%61', 'é'];
const HOSTS = [
  ['a.example', 'A.Example', 'b.a.example', '*.a.example', '*', '*.example', '*example'],
  ['a.example:80', '*.a.example:80', '[::1]', '[::1]:80', 'example', 'a.example.'],
].flat();
const AUTHORITIES = [
  ['a.example', 'A.EXAMPLE', 'b.a.example', 'c.b.a.example', 'example', 'xexample'],
  ['a.example:80', 'b.a.example:80', 'a.example:81', '[::1]', '[::1]:80', 'a.example.'],
  ['.a.example', ''],
].flat();
const METHODS = ['GET', 'POST', 'PUT'];

/** Routes and a request: the table must find the same route as a plain search through all of them. */
export class Matching implements Part {
  readonly name = 'matching';
  readonly lanes = 1;
  readonly batch = 1000;
  readonly #limit: number;

  /** @param limit milliseconds that one match may take */
  constructor(limit: number) {
    this.#limit = limit;
  }

  make(draw: Draw): Input {
    const routes = Array.from({ length: 1 + draw.below(6) }, () => criteria(draw));
    const large = draw.chance(0.1);
    return {
      pieces: [
        JSON.stringify(routes),
        draw.pick(METHODS),
        draw.pick(AUTHORITIES),
        uri(draw).replaceAll('*', draw.pick(['a', '', 'b/a', '*'])),
      ],
      facts: { large },
    };
  }

  run({ pieces: [text = '', method = '', authority = '', path = ''], facts = {} }: Input): Verdict {
    const routes = routesOf(text);
    const large = facts['large'] === true;
    const target = `/${large ? enlarged(path, 'x') : path}`.replace(/^\/+/, '/');
    const request = requestOf(method, authority, target);
    const table = compileMatcher(routes, (route) => routes.indexOf(route));
    const found = table.match(request);
    // The naive search takes too long on long paths.
    const fault = large ? null : differenceOf(routes, found, request);
    if (fault !== null) return finding(fault);
    const slow = slowness(() => table.match(request), this.#limit);
    if (slow !== null) return finding(slow);
    return found === null ? REFUSED : ALIKE;
  }
}

function differenceOf(
  routes: readonly Criteria[],
  found: number | null,
  { method, authority, path }: Inbound,
): string | null {
  const due = bestRoute(routes, { method, authority, path });
  if (found !== due) return `route ${found}, not ${due}`;
  const globs = routes.flatMap(({ uris }) => uris);
  const wrong = globs.find((glob) => compileGlob(glob)(path) !== fitsGlob(glob, path));
  return wrong === undefined ? null : `glob ${wrong} is wrong about ${path}`;
}

const TRUST = trustProxies([]);

function requestOf(method: string, authority: string, target: string): Inbound {
  const received: Received = {
    method,
    target,
    authority,
    scheme: 'http',
    serverPort: 80,
    peer: '10.0.0.1',
    headers: authority === '' ? [] : ['Host', authority],
    upload: null,
    upgradable: false,
    takesTrailers: false,
    onGone() {},
    inform() {},
  };
  return inboundOf(received, TRUST, () => '');
}

function criteria(draw: Draw): Criteria {
  return {
    uris: Array.from({ length: draw.few(1, 3) }, () => uri(draw)),
    ...(draw.chance(0.6) && {
      hosts: Array.from({ length: draw.few(1, 3) }, () => draw.pick(HOSTS)),
    }),
    ...(draw.chance(0.3) && { methods: [draw.pick(METHODS)] }),
    ...(draw.chance(0.5) && { priority: draw.below(3) - 1 }),
    ...(draw.chance(0.1) && { status: 0 }),
  };
}

function uri(draw: Draw): string {
  return `/${Array.from({ length: draw.few(1, 4) }, () => draw.pick(SEGMENTS)).join('/')}`;
}

function routesOf(text: string): Criteria[] {
  try {
    const routes = JSON.parse(text) as Criteria[];
    return routes.every(({ uris }) => uris.every((one) => typeof one === 'string')) ? routes : [];
  } catch {
    return [];
  }
}
