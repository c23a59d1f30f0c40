import { expect, it } from 'vitest';
import { ClientLeftError, TransportError } from '../../../src/http/transport.ts';
import { BodyPipe, NO_FLOW } from '../../../src/http1/body-pipe.ts';

import { type Framing, UPGRADED } from '../../../src/http1/framing.ts';
import { bufferedResponse, RelayedResponse } from '../../../src/http1/relayed-response.ts';

/** What is told of a response whose body fails. */
function toldOf(error: Error, framing: Framing = { kind: 'close' }): Error[] {
  const { head } = bufferedResponse(200, '', new Uint8Array());
  const body = new BodyPipe(NO_FLOW, 1);
  const told: Error[] = [];
  new RelayedResponse({ ...head, framing }, body).onBrokenOff((why) => told.push(why));
  body.fail(error);
  return told;
}

it('tells why its server broke it off', () => {
  const error = new TransportError('reset', 'the server closed the connection');
  const [told, ...more] = toldOf(error);
  expect(told).toMatchObject({
    message: 'response 200 broke off: the server closed the connection',
    cause: error,
  });
  expect(more).toEqual([]);
});

it.each<[string, Error, Framing?]>([
  ['its client broke off', new ClientLeftError()],
  ['the gateway ended', new TransportError('shutdown', 'this server ends')],
  ['was a switch of protocols', new TransportError('reset', 'closed'), UPGRADED],
])('tells nothing where %s', (_, error, framing) => {
  expect(toldOf(error, framing)).toEqual([]);
});
