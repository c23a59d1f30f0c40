import { is, type Rule, unless } from '../rule.ts';

/** Fields that each hop writes itself, at any place in the head. */
const OWN = /^(?:host|connection|keep-alive|te|content-length|transfer-encoding)$/;

const FOLDED = /\r\n[ \t]/;

const ordered = (names: readonly string[]) => names.filter((name) => !OWN.test(name)).join();

/** Other spellings of the same fields (RFC 9110 section 5). */
export const fields: readonly Rule[] = [
  {
    name: 'spaces around a value are not part of it (RFC 9112 section 5.1)',
    accepts: ({ what }) => what === 'spaces',
  },
  {
    name: 'fields that each hop writes itself may be at another place',
    accepts: ({ what, direct, through }) =>
      what === 'order' && ordered(direct) === ordered(through),
  },
  {
    name: 'case and order of fields do not survive web Headers',
    on: unless('fieldOrder'),
    accepts: ({ what }) => what === 'order' || what === 'spelling',
  },
  {
    name: 'repeated fields are joined (RFC 9110 section 5.3)',
    on: unless('repeatedFields'),
    accepts: ({ what, name, direct, through }) =>
      what === 'field' &&
      name !== 'set-cookie' &&
      direct.length > 1 &&
      through.join('\n') === direct.join(', '),
  },
  {
    name: 'bytes of a field that are not UTF-8 are replaced',
    on: unless('latin1ToUpstream'),
    accepts: (difference) =>
      is('upstream', 'field')(difference) &&
      difference.through.join() === replaced(difference.direct.join()),
  },
  {
    name: 'bytes of a reason phrase that are not UTF-8 are replaced',
    on: unless('latin1Reason'),
    accepts: (difference) =>
      is('client', 'reason')(difference) &&
      difference.through.join() === replaced(difference.direct.join()),
  },
  {
    name: 'a folded field is unfolded (RFC 9112 section 5.2)',
    on: unless('refusesFolds'),
    accepts: ({ side, what, through }, { exchange }) =>
      side === 'client' &&
      what === 'field' &&
      FOLDED.test(exchange.response.segments.join('')) &&
      (through.length === 0 || through.join() === '1   2'),
  },
  {
    name: 'a space before the colon is removed (RFC 9112 section 5.1)',
    accepts: ({ side, name, direct, through }, { pair }) => {
      const spaced = pair.direct.got.message?.fields.find((field) => /[ \t]$/.test(field.name));
      if (side !== 'client' || spaced === undefined) return false;
      if (name === spaced.name.toLowerCase()) return through.length === 0;
      const isMended = name === spaced.name.trim().toLowerCase() && direct.length === 0;
      return isMended && through.join() === spaced.value;
    },
  },
];

/** What bytes become when they are decoded and encoded as UTF-8. */
function replaced(bytes: string): string {
  return Buffer.from(Buffer.from(bytes, 'latin1').toString('utf8'), 'utf8').toString('latin1');
}
