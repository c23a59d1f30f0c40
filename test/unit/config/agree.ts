import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import * as document from '../../../src/config/document.ts';
import type { Checked, Fault } from '../../../src/config/fault.ts';
import { BEYOND } from '../../../src/config/json-schema/beyond.ts';
import { documentSchema } from '../../../src/config/json-schema/document.ts';
import * as plugin from '../../../src/config/proxy-mirror.ts';
import * as route from '../../../src/config/route.ts';
import * as upstream from '../../../src/config/upstream.ts';

// The validator's functions, which here also hold that the JSON Schema comes to the same result.

// Rules say nothing of types, which stand beside them.
const ajv = new Ajv2020({ allowUnionTypes: true, strictTypes: false });

/** Whether a document is valid by the JSON Schema. */
const bySchema = ajv.compile(documentSchema());

/** How a fault is told from others, for each name of the list. */
const FAULTS: Readonly<Record<keyof typeof BEYOND, RegExp>> = {
  ids: /^the id of routes\[\d+\] is already that of routes/,
  expressions: /^failed to validate the 'vars' expression: /,
  variables: /^unknown variable /,
  addresses:
    /\(expected an IPv4 or IPv6 address or a CIDR\)$|invalid (?:address|host) "(?:\[[\da-fA-F:.]+\]|[\da-fA-F]*:[\da-fA-F]*:[\da-fA-F:.]*)/,
  urls: /^failed to match pattern .* with "https?:\/\/(?:[\da-zA-Z.-]+|\[[\da-fA-F:]+\])(?::\d+)?"/,
  ports: /^invalid port \d+/,
  hazards: /^additional properties forbidden, found __proto__$|^nested too deeply /,
};

/** The name of the list that a fault belongs to; `undefined` for one that JSON Schema has words for. */
function beyond({ message }: Fault): keyof typeof BEYOND | undefined {
  const names = Object.keys(FAULTS) as (keyof typeof BEYOND)[];
  return names.find((name) => FAULTS[name].test(message));
}

/** What the validator and the JSON Schema say of a document. */
export interface Verdicts {
  readonly valid: boolean;
  /** How the two differ, though they must not; `null` when they agree. */
  readonly difference: string | null;
  /** Why the schema accepts what the validator refuses. */
  readonly beyond: readonly (keyof typeof BEYOND)[];
}

export function verdicts(value: unknown): Verdicts {
  const checked = document.checkDocument(value);
  const accepted = bySchema(value);
  if (checked.ok === accepted) return { valid: accepted, difference: null, beyond: [] };
  if (checked.ok) {
    const difference = `refused by the schema: ${ajv.errorsText(bySchema.errors)}`;
    return { valid: true, difference, beyond: [] };
  }
  const named = checked.faults.map(beyond);
  const unnamed = checked.faults.filter((_, i) => named[i] === undefined);
  const messages = unnamed.map(({ message }) => message).join('; ');
  return {
    valid: false,
    difference: unnamed.length === 0 ? null : `accepted by the schema: ${messages}`,
    beyond: named.filter((name) => name !== undefined),
  };
}

/** What JSON can hold of a value; `undefined` for a cycle and the like, of which it cannot hold anything. */
function inJson(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch {
    return undefined;
  }
}

function agree(value: unknown): void {
  const given = inJson(value);
  if (given !== undefined) expect(verdicts(given).difference).toBeNull();
}

const ROUTE = { id: '1', uri: '/a' };

export function checkDocument(value: unknown): ReturnType<typeof document.checkDocument> {
  agree(value);
  return document.checkDocument(value);
}

export function parseDocument(text: string): ReturnType<typeof document.parseDocument> {
  const checked = document.parseDocument(text);
  if (!checked.ok && checked.faults[0]!.message.startsWith('invalid JSON')) return checked;
  agree(JSON.parse(text));
  return checked;
}

export function checkRoute(value: unknown): Checked<route.RouteConfig> {
  agree({ routes: [value] });
  return route.checkRoute(value);
}

export function upstreamFaults(value: unknown): Fault[] {
  agree({ routes: [{ ...ROUTE, upstream: value }] });
  return upstream.upstreamFaults(value);
}

export function checkProxyMirror(value: unknown): Checked<plugin.ProxyMirrorConfig> {
  agree({ routes: [{ ...ROUTE, plugins: { 'proxy-mirror': value } }] });
  return plugin.checkProxyMirror(value);
}
