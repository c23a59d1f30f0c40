import { isAuthority } from '../../../src/http/authority.ts';
import { compileCidrs } from '../../../src/http/cidr.ts';
import { headerValue, joinedValue, nominated, withoutHopByHop } from '../../../src/http/fields.ts';
import { forwardTarget, matchPath } from '../../../src/http/target.ts';
import { passableTrailers } from '../../../src/http/trailers.ts';
import { parseJson } from '../../../src/config/json.ts';
import { fieldLines, parseFieldLines } from '../../../src/http1/fields.ts';
import { compileVariable } from '../../../src/vars/variable.ts';
import type { Draw } from '../draw.ts';
import { BYTES, TELLING } from '../mutate/bytes.ts';
import { mutatedJson } from '../mutate/json.ts';
import { FIELDS, HOSTS, SPACES, TARGETS, TRAILERS } from '../mutate/words.ts';
import { ALIKE, finding, type Input, type Part, type Verdict } from '../part.ts';
import { isAuthority as isAuthorityToo } from '../read/authority.ts';
import { elements, type Field, valueOf } from '../read/message.ts';
import { forwarded, routed } from '../read/target.ts';
import { ROUTES } from '../seeds/documents.ts';
import { holds } from './naive-cidr.ts';
import { enlarged, slowness } from './time.ts';

/** A function that processes bytes of strangers, and an independent check of its result. */
interface Routine {
  make(draw: Draw): readonly string[];
  /** Calls it with any text. @returns what is wrong, or `null` */
  check(text: string, other: string): string | null;
}

const ADDRESSES = [
  ['10.1.2.3', '010.1.2.3', '256.1.1.1', '1.2.3', '::1', '::', '::ffff:10.1.2.3', '2001:db8::1'],
  ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7::', 'fe80::1%eth0', '1::2::3', ':::', '12345::', ''],
  ['::1.2.3.4', '::1.2.3.4:5', '10.1.2.3.'],
].flat();
const PREFIXES = [
  ['', '/0', '/8', '/32', '/33', '/64', '/96', '/104', '/128', '/129', '/08', '/', '/-1', '/a'],
  ['/8/8'],
].flat();

const ROUTINES: Readonly<Record<string, Routine>> = {
  target: {
    make: (draw) => [draw.pick(TARGETS) + draw.pick(TARGETS)],
    check(text) {
      const target = text.startsWith('/') || text === '*' ? text : `/${text}`;
      const sent = forwardTarget(target);
      if (sent !== forwarded(target)) return `forwarded as ${sent}, not ${forwarded(target)}`;
      if (matchPath(sent) !== matchPath(target))
        return `matched as ${matchPath(target)}, forwarded as ${matchPath(sent)}`;
      if (forwardTarget(sent) !== sent) return `forwarded again as ${forwardTarget(sent)}`;
      return matchPath(target) === routed(target)
        ? null
        : `matched as ${matchPath(target)}, not ${routed(target)}`;
    },
  },
  authority: {
    make: (draw) => [draw.pick(HOSTS)],
    check: (text) =>
      isAuthority(text) === isAuthorityToo(text) ? null : `a host: ${isAuthority(text)}`,
  },
  connection: {
    make: (draw) => [
      ['close', 'keep-alive', 'X-A', 'Host', 'content-length', '', 'te']
        .map((one) => draw.pick(SPACES) + one + draw.pick(SPACES))
        .filter(() => draw.chance(0.5))
        .join(','),
    ],
    check(text) {
      const due = elements(text).filter((name) => name !== 'host' && name !== 'content-length');
      const found = [...(nominated(text) ?? [])].filter((name) => name !== '');
      // Options about the connection itself name no field.
      const plain = (names: readonly string[]) =>
        [...new Set(names)]
          .filter((name) => !/^(?:close|keep-alive|upgrade)$/.test(name))
          .toSorted()
          .join();
      return plain(found) === plain(due) ? null : `names ${found.join()}, not ${due.join()}`;
    },
  },
  fields: {
    make: (draw) => [Array.from({ length: draw.few(1, 6) }, () => draw.pick(FIELDS)).join('\r\n')],
    check(text) {
      const fields = wellFormed(text);
      const list = fields.flat();
      for (const name of someNames(fields)) {
        if ((joinedValue(list, name) ?? null) !== valueOf(fields, name))
          return `joins ${name} otherwise`;
        const first = fields.find(([one]) => one.toLowerCase() === name)?.[1];
        if (headerValue(list, name) !== first) return `finds another ${name}`;
      }
      if (JSON.stringify(parseFieldLines(fieldLines(list))) !== JSON.stringify(list))
        return 'reads other fields than it wrote';
      const named = elements(valueOf(fields, 'connection')).filter(
        (name) => name !== 'host' && name !== 'content-length',
      );
      const gone = new Set([
        ...named,
        'connection',
        'http2-settings',
        'keep-alive',
        'proxy-connection',
        'http2-settings',
        'te',
        'transfer-encoding',
        'upgrade',
      ]);
      const due = fields.filter(([name]) => !gone.has(name.toLowerCase())).flat();
      return JSON.stringify(withoutHopByHop(list)) === JSON.stringify(due)
        ? null
        : `passes ${JSON.stringify(withoutHopByHop(list))}`;
    },
  },
  trailers: {
    make: (draw) => [
      Array.from({ length: draw.few(1, 4) }, () => draw.pick(TRAILERS)).join('\r\n'),
    ],
    check(text) {
      const fields = wellFormed(text);
      const passed = passableTrailers(fields.flat(), null) ?? [];
      const names = passed
        .filter((_, i) => i % 2 === 0)
        .map((name) => name.toLowerCase().replaceAll('_', '-'));
      const bad = names.find((name) =>
        /^(?:content-length|transfer-encoding|host|connection|trailer|te|upgrade|cookie|set-cookie|authorization|x-api-key|x-real-ip|x-forwarded-.*|origin)$/.test(
          name,
        ),
      );
      if (bad !== undefined) return `passes ${bad}`;
      const harmless = fields.filter(([name]) => /^x-(?:sum|other)$/i.test(name)).length;
      return names.filter((name) => /^x-(?:sum|other)$/.test(name)).length === harmless
        ? null
        : 'drops what is harmless';
    },
  },
  cidr: {
    make: (draw) => [draw.pick(ADDRESSES) + draw.pick(PREFIXES), draw.pick(ADDRESSES)],
    check(block, address) {
      let contains: ((address: string) => boolean) | null = null;
      try {
        contains = compileCidrs([block]);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
      const due = holds(block, address);
      const found = contains === null ? null : contains(address);
      return found === due ? null : `${block} holds ${address}: ${found}, not ${due}`;
    },
  },
  cookie: {
    make: (draw) => [cookies(draw)],
    check(text) {
      const found = compileVariable('cookie_c')({ headers: ['Cookie', text] } as never);
      const pairs = text
        .split(';')
        .map((pair) => /^[\t ]*c=(.*)$/s.exec(pair)?.[1]?.replace(/^[\t ]+|[\t ]+$/g, ''));
      const due = pairs.find((value) => value !== undefined);
      return found === due ? null : `cookie ${String(found)}, not ${String(due)}`;
    },
  },
  argument: {
    make: (draw) => [
      cookies(draw)
        .replaceAll(';', '&')
        .replaceAll(' ', draw.pick(['', '+', '%20', '%'])),
    ],
    check(text) {
      const found = compileVariable('arg_c')({ query: text } as never);
      const pair = text.split('&').find((one) => one === 'c' || one.startsWith('c='));
      const due = pair === undefined ? undefined : decoded(pair.slice(2).replaceAll('+', ' '));
      return due === null || found === due ? null : `argument ${String(found)}, not ${String(due)}`;
    },
  },
  json: {
    make: (draw) => [draw.pick(BYTES)(mutatedJson(draw.pick(ROUTES), draw), draw)],
    check(text) {
      const parsed = parseJson(text);
      if (parsed.ok) return null;
      const { message } = parsed.faults[0]!;
      return /^invalid JSON at line \d+, column \d+: expected .+, got .+$/s.test(message)
        ? null
        : message;
    },
  },
};

/** Functions that process texts of strangers, alone and compared with naive ones. */
export class Routines implements Part {
  readonly name = 'routines';
  readonly lanes = 1;
  readonly batch = 5000;
  readonly #limit: number;

  /** @param limit milliseconds that one call may take */
  constructor(limit: number) {
    this.#limit = limit;
  }

  make(draw: Draw): Input {
    const name = draw.pick(Object.keys(ROUTINES));
    const texts = ROUTINES[name]!.make(draw).map((text) =>
      draw.chance(0.5) ? draw.pick(BYTES)(text, draw) : text,
    );
    const large = draw.chance(0.1);
    return {
      pieces: large ? [draw.pick([...TELLING, ...texts]), draw.pick([...texts, 'x'])] : texts,
      facts: { name, large },
    };
  }

  run({ pieces: [text = '', other = ''], facts = {} }: Input): Verdict {
    const routine = ROUTINES[String(facts['name'])]!;
    if (facts['large'] !== true) {
      const fault = routine.check(text, other);
      return fault === null ? ALIKE : finding(`${String(facts['name'])}: ${fault}`);
    }
    const subject = enlarged(text, other);
    const slow = slowness(() => routine.check(subject, other), this.#limit);
    return slow === null ? ALIKE : finding(`${String(facts['name'])} ${slow}`);
  }
}

/** The lines that a parser accepts. */
function wellFormed(text: string): Field[] {
  return text.split('\r\n').flatMap((line): Field[] => {
    const [, name, value] =
      /^([!#$%&'*+\-.^_`|~\w]+):[\t ]*([\t\x20-\x7e\x80-\xff]*?)[\t ]*$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, value!]];
  });
}

/** Some names in lower case: each check goes through all fields, here and in the function. */
function someNames(fields: readonly Field[]): string[] {
  return [...new Set(fields.map(([name]) => name.toLowerCase()))].slice(0, 8);
}

function cookies(draw: Draw): string {
  const pair = () =>
    draw.pick([
      'a=b',
      'c=d',
      'c',
      'c=',
      'c=e=f',
      'cc=g',
      'C=h',
      '=c',
      'c =i',
      'c="j;k"',
      '',
      'c=%41%zz',
      'c=\xe9',
    ]);
  return Array.from({ length: draw.few(1, 5) }, () => draw.pick(['', ' ', '\t ']) + pair()).join(
    ';',
  );
}

/** `null` for broken escapes, where the function may return anything. */
function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
