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
 * On Workers the platform holds the client's connection. It still sends responses to clients that half-closed,
 * responds with 501 to what it cannot parse, and does not count a request whose client resets before the response.
 * Client timeouts are the platform's, a small body of known length is buffered before it is forwarded, 100 is
 * never sent, and a tunnel carries messages, not bytes.
 */
export const WORKERS: Cells = {
  'nothing has been sent': {
    'half-closes': CLOSED,
    resets: CLOSED,
    'sends garbage': refused('501'),
  },
  'part of a head has been sent': {
    'half-closes': CLOSED,
    resets: CLOSED,
    'sends garbage': refused('400'),
  },
  'part of a chunked body has been sent': {
    'half-closes': { client: '502', ...PART_LEFT, counted: '1 499' },
    // Whether the gateway still hears of it is the platform's.
    resets: { client: 'nothing', ...PART_LEFT, counted: 'none or 1 499' },
    'sends garbage': { client: '502', ...PART_LEFT, counted: '1 499' },
    'sends more than announced': { client: '502', ...PART_LEFT, counted: '1 499' },
  },
  'a request is complete': {
    'half-closes': ANSWERED,
    resets: { client: 'nothing', connection: 'closed', ...LEFT, counted: 'none' },
    'sends garbage': ANSWERED_AND_REFUSED,
  },
  'part of a response has arrived': {
    'half-closes': ANSWERED,
    resets: { client: '200 in part', connection: 'closed', ...LEFT, counted: '1 200' },
    'sends garbage': ANSWERED_AND_REFUSED,
  },
  'a response is complete, much of the upload unsent': {
    'half-closes': MUCH_UNSENT,
    resets: MUCH_UNSENT,
  },
  'a second request is pipelined': {
    resets: { client: 'nothing', connection: 'closed', ...LEFT, counted: 'none' },
  },
  'all responses are complete': {
    'half-closes': ANSWERED,
    resets: ANSWERED,
    'sends garbage': ANSWERED_AND_REFUSED,
  },
};
