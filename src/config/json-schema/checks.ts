import { baselineTest, fieldToken } from '../compare.ts';
import { HOP_BY_HOP } from '../../http/fields.ts';
import { ID, idTest } from '../fields.ts';
import { fieldName, fieldValue, GATEWAY_FIELDS, TOKEN, VALUE } from '../mirror-headers.ts';
import { NAME, nodeHost, portTest } from '../nodes.ts';
import { HOST, mirrorHost } from '../mirror-host.ts';
import { mirrorPath, notDisabled, PATH, variable } from '../proxy-mirror.ts';
import { addressTest } from '../route.ts';
import type { Test } from '../schema.ts';
import type { JsonSchema } from './json-schema.ts';

/** A name, or what has the letters of an IPv6 address in brackets: JSON Schema cannot look closer. */
export const NODE_HOST: string = `(?:${NAME.source.slice(1, -1)}|\\[[0-9a-fA-F:.]+\\])`;

const NOT_CHANGED = [...HOP_BY_HOP, ...Object.keys(GATEWAY_FIELDS)].map(inAnyCase);

/** JSON Schema has no patterns without regard to case. */
function inAnyCase(name: string): string {
  return name.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

/** What JSON Schema can say of the checks that are written in code: `{}` for nothing, see `BEYOND`. */
export const CHECKS: ReadonlyMap<unknown, JsonSchema> = new Map<Test<never>, JsonSchema>([
  [idTest, { type: ['string', 'integer'], pattern: ID.source, minimum: 1 }],
  [addressTest, { pattern: '^[0-9a-fA-F:.]+(/\\d+)?$' }],
  [nodeHost, { pattern: `^${NODE_HOST}$` }],
  [portTest, { minimum: 1, maximum: 65535 }],
  [mirrorHost, { pattern: HOST }],
  [mirrorPath, { pattern: PATH.replace('&', '&\\x00-\\x1f\\x7f-\\x9f') }],
  [variable, {}],
  [fieldToken, { pattern: TOKEN.source }],
  [baselineTest, { pattern: `^primary$|${HOST}` }],
  [notDisabled, { enum: [false] }],
  [fieldName, { pattern: TOKEN.source, not: { pattern: `^(?:${NOT_CHANGED.join('|')})$` } }],
  [fieldValue, { pattern: VALUE.source }],
]);
