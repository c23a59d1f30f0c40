import type { ActionName } from './actions.ts';
import type { StateName } from './states.ts';

/** The result of one action in one state. */
export interface Cell {
  /** Statuses of the responses that the client gets; `in part`: it can see that a response is incomplete. */
  readonly client: string;
  /** Whether the gateway closes the client's connection. */
  readonly connection: 'open' | 'closed';
  /** Whether the gateway gives up the connection to the upstream; `doubled`: it kept it and opened a second. */
  readonly upstream: 'kept' | 'left' | 'doubled';
  /** Whether the next node gets the request. */
  readonly next: 'asked' | 'not asked';
  /** Outcomes of copies. */
  readonly copies: string;
  /** Codes in `gateway_requests_total`. */
  readonly counted: string;
}

/** A cell that cannot occur is left out: in a body with a length, for example, no bytes are garbage. */
export type Cells = Readonly<
  Partial<Record<StateName, Readonly<Partial<Record<ActionName, Cell>>>>>
>;

const LEFT = { upstream: 'left', next: 'not asked', copies: '1 sent 2xx' } as const;

/** The next request succeeds, whatever happened on the idle connection before it. */
const NEW_CONNECTION: Cell = {
  client: '200, 200',
  connection: 'open',
  upstream: 'left',
  next: 'not asked',
  copies: '2 sent 2xx',
  counted: '1 200, 1 200',
};
/** The upstream may have processed the request: only idempotent methods are retried. */
const NEXT_NODE: Cell = {
  ...LEFT,
  client: '200',
  connection: 'open',
  next: 'asked',
  counted: '1 200',
};
const failed = (status: string): Cell => ({
  ...LEFT,
  client: status,
  connection: 'open',
  counted: `1 ${status}`,
});
/** The rest of the request stays unread, so the client's connection is closed. */
const FAILED_IN_PART: Cell = {
  ...failed('502'),
  connection: 'closed',
  copies: '1 skipped body_incomplete',
};
/** The client must not take a part for the complete response. */
const BROKEN: Cell = { ...LEFT, client: '200 in part', connection: 'closed', counted: '1 200' };
/** A complete response counts, whatever bytes follow it. */
const ANSWERED: Cell = { ...LEFT, client: '200', connection: 'open', counted: '1 200' };
const early = (client: string): Cell => ({
  ...LEFT,
  client,
  connection: 'closed',
  copies: '1 skipped body_too_large',
  counted: '1 413',
});
const tunnel = (client: string, connection: Cell['connection'], upstream: Cell['upstream']) =>
  ({
    client,
    connection,
    upstream,
    next: 'not asked',
    copies: '1 skipped upgrade',
    counted: '1 101',
  }) as const;

const all = (cell: Cell) => ({
  'half-closes': cell,
  closes: cell,
  resets: cell,
  'sends garbage': cell,
  'goes silent': cell,
});

export const SERVERS = {
  'a connection is idle': {
    ...all(NEW_CONNECTION),
    'sends more than announced': NEW_CONNECTION,
    'goes silent': { ...NEW_CONNECTION, upstream: 'kept' },
  },
  'part of a request has arrived': {
    ...all(FAILED_IN_PART),
    // The gateway waits for the client, which has not sent the rest of the request.
    'goes silent': {
      client: 'nothing',
      connection: 'open',
      upstream: 'kept',
      next: 'not asked',
      copies: 'none',
      counted: 'none',
    },
  },
  'a GET has arrived': all(NEXT_NODE),
  'a POST has arrived': { ...all(failed('502')), 'goes silent': failed('504') },
  'a 1xx has been sent': all({ ...NEXT_NODE, client: '103, 200' }),
  'part of a head has been sent': all(NEXT_NODE),
  'part of a body with a length has been sent': {
    'half-closes': BROKEN,
    closes: BROKEN,
    resets: BROKEN,
    'sends more than announced': ANSWERED,
    'goes silent': BROKEN,
  },
  'part of a chunked body has been sent': { ...all(BROKEN), 'sends more than announced': ANSWERED },
  'part of a body that ends at close has been sent': {
    'half-closes': ANSWERED,
    closes: ANSWERED,
    resets: BROKEN,
    'goes silent': BROKEN,
  },
  'a response has been sent before the upload ends': all(early('413')),
  'part of a response has been sent before the upload ends': {
    ...all(early('413 in part')),
    'sends more than announced': early('413'),
  },
  'the connection is a tunnel': {
    'half-closes': tunnel('101', 'closed', 'kept'),
    closes: tunnel('101', 'closed', 'left'),
    resets: tunnel('101', 'closed', 'left'),
    'sends garbage': tunnel('101, bytes', 'open', 'kept'),
    'goes silent': tunnel('101', 'closed', 'left'),
  },
} satisfies Cells;
