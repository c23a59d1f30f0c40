import type { GenericSchema } from 'valibot';
import { isHopByHop } from '../http/fields.ts';
import { quoted } from '../http/quoted.ts';
import { list, map, string, object, type Test } from './schema.ts';

/** Changes to the header fields of a copy. They are applied in the order remove, set, add. */
export interface HeaderChanges {
  /** Replaces all fields of the name by one with this value. */
  readonly set?: Readonly<Record<string, string>>;
  /** Adds a field and keeps existing fields of the same name. */
  readonly add?: Readonly<Record<string, string>>;
  readonly remove?: readonly string[];
}

// RFC 9110 sections 5.6.2 and 5.5. No runtime can send characters above 0xFF in a field.
export const TOKEN: RegExp = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
export const VALUE: RegExp =
  /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/;

// Fields that only the gateway sets, with the reason or the setting to use instead.
export const GATEWAY_FIELDS: Readonly<Record<string, string>> = {
  host: 'use "pass_host" and "upstream_host"',
  'content-length': 'it is the length of the recorded body',
  expect: 'a recorded body needs no 100-continue',
  trailer: 'a copy has no trailers',
  'x-mirrored-by': 'it keeps mirrors that point back from amplifying',
};

export const fieldName: Test<string> = (name) => {
  const lower = name.toLowerCase();
  if (!TOKEN.test(name)) {
    return `invalid header name ${quoted(name)} (expected letters, digits and "-")`;
  }
  if (isHopByHop(lower)) return `header ${name} cannot be changed (it belongs to one connection)`;
  if (Object.hasOwn(GATEWAY_FIELDS, lower)) {
    return `header ${name} cannot be changed (${GATEWAY_FIELDS[lower]})`;
  }
  return undefined;
};

export const fieldValue: Test<string> = (value) =>
  VALUE.test(value)
    ? undefined
    : 'invalid header value (expected visible latin characters, with spaces and tabs only inside)';

export function headerChanges(): GenericSchema<HeaderChanges> {
  return object<HeaderChanges>({
    set: map(string(fieldValue), fieldName),
    add: map(string(fieldValue), fieldName),
    remove: list(string(fieldName)),
  });
}
