import type { ActionName } from './actions.ts';
import type { StateName } from './states.ts';

/** What comes of it. */
export interface Cell {
  /** Statuses of the answers that the client gets; `in part`: it sees that there is more. */
  readonly client: string;
  /** Whether the gateway closes the client's connection. */
  readonly connection: 'open' | 'closed';
  /** Whether it leaves the one to the upstream; `doubled`: it did not, and opened another. */
  readonly upstream: 'kept' | 'left' | 'doubled';
  /** Whether the next node gets the request. */
  readonly next: 'asked' | 'not asked';
  /** Outcomes of copies. */
  readonly copies: string;
  /** Codes in `gateway_requests_total`. */
  readonly counted: string;
}

/** A cell that is not there cannot be observed: some bytes are no nonsense in a body, for one. */
export type Cells = Readonly<
  Partial<Record<StateName, Readonly<Partial<Record<ActionName, Cell>>>>>
>;

const LEFT = { upstream: 'left', next: 'not asked', copies: '1 sent 2xx' } as const;

/** The next request is nobody's loss, whatever was said or done on the connection before. */
const NEW_CONNECTION: Cell = {
  client: '200, 200',
  connection: 'open',
  upstream: 'left',
  next: 'not asked',
  copies: '2 sent 2xx',
  counted: '1 200, 1 200',
};
/** Nobody can tell what became of it at the upstream: only what is idempotent is sent again. */
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
/** The rest of the request stays unread, and with it the client's connection. */
const FAILED_IN_PART: Cell = {
  ...failed('502'),
  connection: 'closed',
  copies: '1 skipped body_incomplete',
};
/** No part may be taken for all of it. */
const BROKEN: Cell = { ...LEFT, client: '200 in part', connection: 'closed', counted: '1 200' };
/** A whole answer stands, whatever comes behind it. */
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
  'closes its half and reads on': cell,
  closes: cell,
  'breaks off': cell,
  'sends nonsense': cell,
  'says nothing more': cell,
});

export const SERVERS = {
  'a connection is idle': {
    ...all(NEW_CONNECTION),
    'sends more than it said': NEW_CONNECTION,
    'says nothing more': { ...NEW_CONNECTION, upstream: 'kept' },
  },
  'a request has come in part': {
    ...all(FAILED_IN_PART),
    // It is the client's turn.
    'says nothing more': {
      client: 'nothing',
      connection: 'open',
      upstream: 'kept',
      next: 'not asked',
      copies: 'none',
      counted: 'none',
    },
  },
  'a GET has come': all(NEXT_NODE),
  'a POST has come': { ...all(failed('502')), 'says nothing more': failed('504') },
  'a 1xx is sent': all({ ...NEXT_NODE, client: '103, 200' }),
  'a head is sent in part': all(NEXT_NODE),
  'a body is sent in part, by its length': {
    'closes its half and reads on': BROKEN,
    closes: BROKEN,
    'breaks off': BROKEN,
    'sends more than it said': ANSWERED,
    'says nothing more': BROKEN,
  },
  'a body is sent in part, in chunks': { ...all(BROKEN), 'sends more than it said': ANSWERED },
  'a body is sent that ends with the connection': {
    'closes its half and reads on': ANSWERED,
    closes: ANSWERED,
    'breaks off': BROKEN,
    'says nothing more': BROKEN,
  },
  'an answer is sent whole, and the body has not come': all(early('413')),
  'an answer is sent in part, and the body has not come': {
    ...all(early('413 in part')),
    'sends more than it said': early('413'),
  },
  'it is a tunnel': {
    'closes its half and reads on': tunnel('101', 'closed', 'kept'),
    closes: tunnel('101', 'closed', 'left'),
    'breaks off': tunnel('101', 'closed', 'left'),
    'sends nonsense': tunnel('101, bytes', 'open', 'kept'),
    'says nothing more': tunnel('101', 'closed', 'left'),
  },
} satisfies Cells;
