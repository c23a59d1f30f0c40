import type { Cell, Cells } from './cells.ts';

const PART_LEFT = {
  connection: 'closed',
  upstream: 'a part of a request, then left',
  copies: '1 skipped body_incomplete',
} as const;
const WHOLE = { upstream: 'a whole request', copies: '1 sent 2xx' };
const LEFT = { upstream: 'a whole request, then left', copies: '1 sent 2xx' };
const NOTHING = { upstream: 'nothing', copies: 'none', counted: 'none' };

const CLOSED: Cell = { client: 'nothing', connection: 'closed', ...NOTHING };
const refused = (status: string): Cell => ({ client: status, connection: 'closed', ...NOTHING });
const ANSWERED: Cell = { client: '200', connection: 'closed', ...WHOLE, counted: '1 200' };
const ANSWERED_AND_REFUSED: Cell = { ...ANSWERED, client: '200, 501' };
const MUCH_UNSENT: Cell = {
  client: '413',
  connection: 'closed',
  upstream: 'a part of a request',
  copies: '1 skipped body_too_large',
  counted: '1 413',
};

/**
 * On Workers the platform has the client's connection: it answers those who closed their half, refuses
 * what it cannot read by 501, and a request whose client breaks off before it is answered ends without
 * being counted. The times of a client are its own, a small body of known length is gathered before it is
 * forwarded, 100 is never sent, and a tunnel is none of bytes.
 */
export const WORKERS: Cells = {
  'nothing is sent': {
    'closes its half and reads on': CLOSED,
    'breaks off': CLOSED,
    'sends nonsense': refused('501'),
  },
  'a head is sent in part': {
    'closes its half and reads on': CLOSED,
    'breaks off': CLOSED,
    'sends nonsense': refused('400'),
  },
  'a body is sent in part, in chunks': {
    'closes its half and reads on': { client: '502', ...PART_LEFT, counted: '1 499' },
    'breaks off': { client: 'nothing', ...PART_LEFT, counted: 'none' },
    'sends nonsense': { client: '502', ...PART_LEFT, counted: '1 499' },
    'sends more than it said': { client: '502', ...PART_LEFT, counted: '1 499' },
  },
  'a request is whole': {
    'closes its half and reads on': ANSWERED,
    'breaks off': { client: 'nothing', connection: 'closed', ...LEFT, counted: 'none' },
    'sends nonsense': ANSWERED_AND_REFUSED,
  },
  'an answer has come in part': {
    'closes its half and reads on': ANSWERED,
    'breaks off': { client: '200 in part', connection: 'closed', ...LEFT, counted: '1 200' },
    'sends nonsense': ANSWERED_AND_REFUSED,
  },
  'an answer is whole, and much of the body unsent': {
    'closes its half and reads on': MUCH_UNSENT,
    'breaks off': MUCH_UNSENT,
  },
  'another request is sent behind': {
    'breaks off': { client: 'nothing', connection: 'closed', ...LEFT, counted: 'none' },
  },
  'all requests are answered': {
    'closes its half and reads on': ANSWERED,
    'breaks off': ANSWERED,
    'sends nonsense': ANSWERED_AND_REFUSED,
  },
};
