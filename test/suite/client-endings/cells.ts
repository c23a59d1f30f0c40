import type { ActionName } from './actions.ts';
import type { StateName } from './states.ts';

/** What comes of it. */
export interface Cell {
  /** Statuses of the answers that the client gets; `in part`: it sees that there is more. */
  readonly client: string;
  /** Whether the gateway closes the client's connection. */
  readonly connection: 'open' | 'closed';
  readonly upstream: string;
  /** Outcomes of copies. */
  readonly copies: string;
  /** Codes in `gateway_requests_total`. */
  readonly counted: string;
}

const NOTHING = { upstream: 'nothing', copies: 'none', counted: 'none' };
const PART_LEFT = {
  upstream: 'a part of a request, then left',
  copies: '1 skipped body_incomplete',
};
const WHOLE = { upstream: 'a whole request', copies: '1 sent 2xx' };
const WHOLE_LEFT = { upstream: 'a whole request, then left', copies: '1 sent 2xx' };

const CLOSED: Cell = { client: 'nothing', connection: 'closed', ...NOTHING };
const refused = (status: string): Cell => ({ client: status, connection: 'closed', ...NOTHING });

/** The client left before its request was whole: nothing may take what there is for all of it. */
const LEFT_IN_PART: Cell = {
  client: 'nothing',
  connection: 'closed',
  ...PART_LEFT,
  counted: '1 499',
};
const refusedInPart = (status: string): Cell => ({
  client: status,
  connection: 'closed',
  ...PART_LEFT,
  counted: `1 ${status}`,
});
/** The client left: its upstream need not go on, its copy does. */
const LEFT: Cell = { client: 'nothing', connection: 'closed', ...WHOLE_LEFT, counted: '1 499' };
const LEFT_IN_ANSWER: Cell = {
  client: '200 in part',
  connection: 'closed',
  ...WHOLE_LEFT,
  counted: '1 200',
};
/** A whole request is answered, whatever comes behind it; what is no request is refused. */
const ANSWERED_AND_REFUSED: Cell = {
  client: '200, 400',
  connection: 'closed',
  ...WHOLE,
  counted: '1 200',
};
const ANSWERED: Cell = { client: '200', connection: 'closed', ...WHOLE, counted: '1 200' };
const WAITING: Cell = { client: 'nothing', connection: 'open', ...WHOLE, counted: 'none' };

/** The upstream has answered and wants no more of the body. */
const tooLarge = (client: string, copies: string): Cell => ({
  client,
  connection: 'closed',
  upstream: 'a part of a request',
  copies,
  counted: '1 413',
});
const LITTLE_UNSENT = tooLarge('413', '1 skipped body_incomplete');
const MUCH_UNSENT = tooLarge('413', '1 skipped body_too_large');

const tunnel = (connection: Cell['connection'], state: string): Cell => ({
  client: '101',
  connection,
  upstream: `a tunnel, ${state}`,
  copies: '1 skipped upgrade',
  counted: '1 101',
});

/** A state that is not there cannot be observed; nor can a cell: there is nothing to read, for one. */
export type Cells = Readonly<
  Partial<Record<StateName, Readonly<Partial<Record<ActionName, Cell>>>>>
>;

export const SERVERS: Cells = {
  'nothing is sent': {
    'closes its half and reads on': CLOSED,
    'breaks off': CLOSED,
    'sends nonsense': refused('400'),
    'says nothing more': CLOSED,
  },
  'a head is sent in part': {
    'closes its half and reads on': CLOSED,
    'breaks off': CLOSED,
    'sends nonsense': refused('400'),
    'says nothing more': refused('408'),
  },
  'a body is sent in part, by its length': {
    'closes its half and reads on': LEFT_IN_PART,
    'breaks off': LEFT_IN_PART,
    'sends nonsense': ANSWERED_AND_REFUSED,
    'sends more than it said': ANSWERED_AND_REFUSED,
    'says nothing more': refusedInPart('408'),
  },
  'a body is sent in part, in chunks': {
    'closes its half and reads on': LEFT_IN_PART,
    'breaks off': LEFT_IN_PART,
    'sends nonsense': refusedInPart('400'),
    'sends more than it said': refusedInPart('400'),
    'says nothing more': refusedInPart('408'),
  },
  'a body is asked for by 100': {
    'closes its half and reads on': LEFT_IN_PART,
    'breaks off': LEFT_IN_PART,
    'sends nonsense': ANSWERED_AND_REFUSED,
    'sends more than it said': ANSWERED_AND_REFUSED,
    'says nothing more': refusedInPart('408'),
  },
  'a request is whole': {
    'closes its half and reads on': LEFT,
    'breaks off': LEFT,
    'sends nonsense': ANSWERED_AND_REFUSED,
    'says nothing more': WAITING,
    'stops reading': LEFT_IN_ANSWER,
  },
  'an answer has come in part': {
    'closes its half and reads on': LEFT_IN_ANSWER,
    'breaks off': LEFT_IN_ANSWER,
    'sends nonsense': ANSWERED_AND_REFUSED,
    'says nothing more': { ...WAITING, client: '200 in part', counted: '1 200' },
    'stops reading': LEFT_IN_ANSWER,
  },
  'an answer is whole, and little of the body unsent': {
    'closes its half and reads on': LITTLE_UNSENT,
    'breaks off': LITTLE_UNSENT,
    'sends nonsense': { ...LITTLE_UNSENT, client: '413, 400' },
    'sends more than it said': { ...LITTLE_UNSENT, client: '413, 400' },
    'says nothing more': LITTLE_UNSENT,
  },
  'an answer is whole, and much of the body unsent': {
    'closes its half and reads on': MUCH_UNSENT,
    'breaks off': MUCH_UNSENT,
    'sends nonsense': MUCH_UNSENT,
    'says nothing more': MUCH_UNSENT,
  },
  'another request is sent behind': {
    'closes its half and reads on': LEFT,
    'breaks off': LEFT,
    // The one behind is whole, and has its turn before the nonsense.
    'sends nonsense': {
      client: '200, 200, 400',
      connection: 'closed',
      upstream: 'a whole request, a whole request',
      copies: '2 sent 2xx',
      counted: '2 200',
    },
    'says nothing more': WAITING,
    'stops reading': LEFT_IN_ANSWER,
  },
  'all requests are answered': {
    'closes its half and reads on': ANSWERED,
    'breaks off': ANSWERED,
    'sends nonsense': ANSWERED_AND_REFUSED,
    'says nothing more': { ...ANSWERED, connection: 'open' },
  },
  'it is a tunnel': {
    'closes its half and reads on': tunnel('open', 'half closed'),
    'breaks off': tunnel('closed', 'half closed'),
    'sends nonsense': tunnel('open', 'open'),
    'says nothing more': tunnel('closed', 'half closed'),
    'stops reading': tunnel('closed', 'broken off'),
  },
};
