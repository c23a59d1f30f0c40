import type { Difference } from '../difference.ts';
import { isCalled, type Message } from '../message.ts';
import { is, isGone, type Rule, where } from '../rule.ts';

const upstreamField = is('upstream', 'field');
const clientField = is('client', 'field');

/** Fields of one connection: these, and those that Connection names (RFC 9110 section 7.6.1). */
function isOfConnection(name: string, message: Message | null): boolean {
  if (/^(?:connection|keep-alive|proxy-connection|te|upgrade)$/.test(name)) return true;
  const connection = message?.fields.filter((field) => isCalled(field, 'connection')) ?? [];
  return connection.some(({ value }) =>
    value
      .toLowerCase()
      .split(/\s*,\s*/)
      .includes(name),
  );
}

/** Connection and Keep-Alive as the gateway writes them itself, or not at all. */
function isOwn({ name, through }: Difference): boolean {
  const own = name === 'connection' ? /^(?:close|keep-alive)$/ : /^timeout=\d+$/;
  return through.length <= 1 && through.every((value) => own.test(value));
}

/** Fields and bytes of one connection, which belong to neither message. */
export const hop: readonly Rule[] = [
  {
    name: "the client's connection ends here: its fields are removed",
    accepts: (difference, { pair }) =>
      upstreamField(difference) &&
      isGone(difference) &&
      isOfConnection(difference.name, pair.direct.request),
  },
  {
    name: "the upstream's connection ends here: its fields are removed",
    accepts: (difference, { pair }) =>
      clientField(difference) &&
      isGone(difference) &&
      isOfConnection(difference.name, pair.direct.got.message),
  },
  {
    name: "the client's connection is the gateway's, which says itself whether it keeps it",
    accepts: (difference) =>
      is('client', 'field', /^(?:connection|keep-alive)$/)(difference) && isOwn(difference),
  },
  {
    name: "the client's connection is the gateway's: client and gateway decide whether it closes",
    accepts: (difference) =>
      is('client', 'end')(difference) &&
      [...difference.direct, ...difference.through].every(
        (end) => end === 'kept' || end === 'closed',
      ),
  },
  {
    name: 'each hop has its own version: HTTP/1.1 from the gateway (RFC 9110 section 2.5)',
    accepts: ({ what, through }) => what === 'version' && through[0] === 'HTTP/1.1',
  },
  {
    name: 'Expect is for the next hop only (RFC 9110 section 10.1.1)',
    accepts: (difference) => is('upstream', 'field', 'expect')(difference) && isGone(difference),
  },
  {
    name: 'bytes after a response are dropped',
    on: where('guardsConnections'),
    accepts: (difference) =>
      is('client', 'end')(difference) &&
      difference.direct[0] === 'surplus' &&
      difference.through[0] !== 'surplus',
  },
];
