import type { ActionName } from './actions.ts';
import type { StateName } from './states.ts';

/** The result of one action in one state. */
export interface Cell {
  /** Statuses of the responses that the client gets; `in part`: it can see that a response is incomplete. */
  readonly client: string;
  /** Whether the gateway closes the client's connection. */
  readonly connection: 'open' | 'closed';
  /** What the upstream got; `then left`: the gateway gave up the connection. */
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

/** The client left before its request was complete: nobody may take the part for a complete request. */
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
/** The client left: the exchange with the upstream is given up, the copy is still sent. */
const LEFT: Cell = { client: 'nothing', connection: 'closed', ...WHOLE_LEFT, counted: '1 499' };
const LEFT_IN_ANSWER: Cell = {
  client: '200 in part',
  connection: 'closed',
  ...WHOLE_LEFT,
  counted: '1 200',
};
/** A complete request gets its response, whatever bytes follow it; bytes that are no request are refused. */
const ANSWERED_AND_REFUSED: Cell = {
  client: '200, 400',
  connection: 'closed',
  ...WHOLE,
  counted: '1 200',
};
const ANSWERED: Cell = { client: '200', connection: 'closed', ...WHOLE, counted: '1 200' };
const WAITING: Cell = { client: 'nothing', connection: 'open', ...WHOLE, counted: 'none' };

/** The upstream has responded and reads no more of the body. */
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

/** A state or cell that cannot occur or be observed is left out: no response to stop reading, for example. */
export type Cells = Readonly<
  Partial<Record<StateName, Readonly<Partial<Record<ActionName, Cell>>>>>
>;

export const SERVERS: Cells = {
  'nothing has been sent': {
    'half-closes': CLOSED,
    resets: CLOSED,
    'sends garbage': refused('400'),
    'goes silent': CLOSED,
  },
  'part of a head has been sent': {
    'half-closes': CLOSED,
    resets: CLOSED,
    'sends garbage': refused('400'),
    'goes silent': refused('408'),
  },
  'part of a body with a length has been sent': {
    'half-closes': LEFT_IN_PART,
    resets: LEFT_IN_PART,
    'sends garbage': ANSWERED_AND_REFUSED,
    'sends more than announced': ANSWERED_AND_REFUSED,
    'goes silent': refusedInPart('408'),
  },
  'part of a chunked body has been sent': {
    'half-closes': LEFT_IN_PART,
    resets: LEFT_IN_PART,
    'sends garbage': refusedInPart('400'),
    'sends more than announced': refusedInPart('400'),
    'goes silent': refusedInPart('408'),
  },
  '100 Continue has been sent': {
    'half-closes': LEFT_IN_PART,
    resets: LEFT_IN_PART,
    'sends garbage': ANSWERED_AND_REFUSED,
    'sends more than announced': ANSWERED_AND_REFUSED,
    'goes silent': refusedInPart('408'),
  },
  'a request is complete': {
    'half-closes': LEFT,
    resets: LEFT,
    'sends garbage': ANSWERED_AND_REFUSED,
    'goes silent': WAITING,
    'stops reading': LEFT_IN_ANSWER,
  },
  'part of a response has arrived': {
    'half-closes': LEFT_IN_ANSWER,
    resets: LEFT_IN_ANSWER,
    'sends garbage': ANSWERED_AND_REFUSED,
    'goes silent': { ...WAITING, client: '200 in part', counted: '1 200' },
    'stops reading': LEFT_IN_ANSWER,
  },
  'a response is complete, little of the upload unsent': {
    'half-closes': LITTLE_UNSENT,
    resets: LITTLE_UNSENT,
    'sends garbage': { ...LITTLE_UNSENT, client: '413, 400' },
    'sends more than announced': { ...LITTLE_UNSENT, client: '413, 400' },
    'goes silent': LITTLE_UNSENT,
  },
  'a response is complete, much of the upload unsent': {
    'half-closes': MUCH_UNSENT,
    resets: MUCH_UNSENT,
    'sends garbage': MUCH_UNSENT,
    'goes silent': MUCH_UNSENT,
  },
  'a second request is pipelined': {
    'half-closes': LEFT,
    resets: LEFT,
    // The pipelined request is complete, and is handled before the garbage.
    'sends garbage': {
      client: '200, 200, 400',
      connection: 'closed',
      upstream: 'a whole request, a whole request',
      copies: '2 sent 2xx',
      counted: '2 200',
    },
    'goes silent': WAITING,
    'stops reading': LEFT_IN_ANSWER,
  },
  'all responses are complete': {
    'half-closes': ANSWERED,
    resets: ANSWERED,
    'sends garbage': ANSWERED_AND_REFUSED,
    'goes silent': { ...ANSWERED, connection: 'open' },
  },
  'the connection is a tunnel': {
    'half-closes': tunnel('open', 'half closed'),
    resets: tunnel('closed', 'half closed'),
    'sends garbage': tunnel('open', 'open'),
    'goes silent': tunnel('closed', 'half closed'),
    'stops reading': tunnel('closed', 'broken off'),
  },
};
