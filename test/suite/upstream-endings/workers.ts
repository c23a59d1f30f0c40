import { type Cell, type Cells, SERVERS } from './cells.ts';

const ANSWERED: Cell = {
  client: '200',
  connection: 'open',
  upstream: 'kept',
  next: 'not asked',
  copies: '1 sent 2xx',
  counted: '1 200',
};
/** The platform does not tell a body in chunks that breaks off from one that has ended. */
const TAKEN_FOR_WHOLE: Cell = { ...ANSWERED, connection: 'closed', upstream: 'left' };
/** It takes what comes on an idle connection for the answer to the next request. */
const POISONED = { ...ANSWERED, copies: '2 sent 2xx' } as const;

/**
 * On Workers the platform has the connections to the upstream. It waits without end between two reads of a body,
 * fails on a 1xx, and gathers a small body of known length before it is forwarded; a tunnel is none of bytes.
 */
export const WORKERS: Cells = {
  'a connection is idle': {
    'closes its half and reads on': SERVERS['a connection is idle']['closes its half and reads on'],
    closes: SERVERS['a connection is idle'].closes,
    'sends nonsense': {
      ...POISONED,
      upstream: 'left',
      client: '200, 502',
      counted: '1 200, 1 502',
    },
    'sends more than it said': { ...POISONED, client: '200, 201', counted: '1 200, 1 201' },
    'says nothing more': SERVERS['a connection is idle']['says nothing more'],
  },
  'a GET has come': SERVERS['a GET has come'],
  'a POST has come': SERVERS['a POST has come'],
  'a head is sent in part': SERVERS['a head is sent in part'],
  'a body is sent in part, by its length': {
    'closes its half and reads on':
      SERVERS['a body is sent in part, by its length']['closes its half and reads on'],
    closes: SERVERS['a body is sent in part, by its length'].closes,
    'breaks off': SERVERS['a body is sent in part, by its length']['breaks off'],
    'sends more than it said': ANSWERED,
  },
  'a body is sent in part, in chunks': {
    'closes its half and reads on': TAKEN_FOR_WHOLE,
    closes: TAKEN_FOR_WHOLE,
    'breaks off': TAKEN_FOR_WHOLE,
    'sends nonsense': TAKEN_FOR_WHOLE,
    'sends more than it said': ANSWERED,
  },
  'a body is sent that ends with the connection': {
    'closes its half and reads on':
      SERVERS['a body is sent that ends with the connection']['closes its half and reads on'],
    closes: SERVERS['a body is sent that ends with the connection'].closes,
    'breaks off': TAKEN_FOR_WHOLE,
  },
};
