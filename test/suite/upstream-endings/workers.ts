import { type Cell, type Cells, SERVERS } from './cells.ts';

const ANSWERED: Cell = {
  client: '200',
  connection: 'open',
  upstream: 'kept',
  next: 'not asked',
  copies: '1 sent 2xx',
  counted: '1 200',
};
/** The platform reports a chunked body that breaks off as complete. */
const TAKEN_FOR_WHOLE: Cell = { ...ANSWERED, connection: 'closed', upstream: 'left' };
/** The platform takes bytes on an idle connection as the response to the next request. */
const POISONED = { ...ANSWERED, copies: '2 sent 2xx' } as const;

/**
 * On Workers the platform holds the connections to the upstream. It has no timeout between two reads of a body and
 * fails on a 1xx. A small body of known length is buffered before it is forwarded, and a tunnel carries messages,
 * not bytes.
 */
export const WORKERS: Cells = {
  'a connection is idle': {
    'half-closes': SERVERS['a connection is idle']['half-closes'],
    closes: SERVERS['a connection is idle'].closes,
    'sends garbage': {
      ...POISONED,
      upstream: 'left',
      client: '200, 502',
      counted: '1 200, 1 502',
    },
    'sends more than announced': { ...POISONED, client: '200, 201', counted: '1 200, 1 201' },
    'goes silent': SERVERS['a connection is idle']['goes silent'],
  },
  'a GET has arrived': SERVERS['a GET has arrived'],
  'a POST has arrived': SERVERS['a POST has arrived'],
  'part of a head has been sent': SERVERS['part of a head has been sent'],
  'part of a body with a length has been sent': {
    'half-closes': SERVERS['part of a body with a length has been sent']['half-closes'],
    closes: SERVERS['part of a body with a length has been sent'].closes,
    resets: SERVERS['part of a body with a length has been sent'].resets,
    'sends more than announced': ANSWERED,
  },
  'part of a chunked body has been sent': {
    'half-closes': TAKEN_FOR_WHOLE,
    closes: TAKEN_FOR_WHOLE,
    resets: TAKEN_FOR_WHOLE,
    'sends garbage': TAKEN_FOR_WHOLE,
    'sends more than announced': ANSWERED,
  },
  'part of a body that ends at close has been sent': {
    'half-closes': SERVERS['part of a body that ends at close has been sent']['half-closes'],
    closes: SERVERS['part of a body that ends at close has been sent'].closes,
    resets: TAKEN_FOR_WHOLE,
  },
};
