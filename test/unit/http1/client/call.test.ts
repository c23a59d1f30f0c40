import { describe, expect, it } from 'vitest';
import { destination } from '../../../../src/http/destination.ts';
import type { Informed, Outbound } from '../../../../src/http/messages.ts';
import { TransportError } from '../../../../src/http/transport.ts';
import { http1Forward, http1SendCopy } from '../../../../src/http1/client/call.ts';
import { createPool, type Pool } from '../../../../src/http1/client/pool.ts';
import { receiveWeb } from '../../../../src/runtime/fetch/receive.ts';
import { socketOrigin } from '../../../support/socket-origin.ts';

function outbound(target: string, origin = 'http://a'): Outbound {
  const timeouts = { connect: 1000, send: 1000, read: 1000 };
  return {
    destination: destination(origin),
    target,
    method: 'GET',
    headers: [],
    body: null,
    timeouts,
  };
}

/** A pool that sends nothing, and tells what it was given. */
function recordingPool() {
  const started: string[] = [];
  const pool = { start: ({ target }: Outbound) => void started.push(target) } as unknown as Pool;
  return { pool, started };
}

const turnEnds = () => new Promise((resolve) => setImmediate(resolve));
const nobody = { inform() {} };

it('sends copies behind all requests that came in together', async () => {
  const { pool, started } = recordingPool();
  const forward = http1Forward(pool);
  const sendCopy = http1SendCopy(pool);
  for (const i of [1, 2]) {
    forward(outbound(`/${i}`), nobody);
    sendCopy(outbound(`/copy-${i}`), 1000);
  }
  await turnEnds();
  expect(started).toEqual(['/1', '/2', '/copy-1', '/copy-2']);
  sendCopy(outbound('/copy-3'), 1000);
  await turnEnds();
  expect(started.at(-1)).toBe('/copy-3');
});

it('does not send a copy that was given up before its turn', async () => {
  const { pool, started } = recordingPool();
  const call = http1SendCopy(pool)(outbound('/'), 1000);
  const reason = new TransportError('shutdown', 'the gateway stopped');
  call.abort(reason);
  await expect(call.done).rejects.toBe(reason);
  await turnEnds();
  expect(started).toEqual([]);
});

describe('a response that cannot be passed on', () => {
  const web = receiveWeb(new Request('http://a.test/'), { peer: '', serverPort: 80 });
  /** What becomes of a request that gets this response, and how often the node was reported to be done with it. */
  async function forwarded(client: Informed, response: string) {
    const pool = createPool();
    const server = await socketOrigin((socket) => socket.write(response));
    let over = 0;
    const call = http1Forward(pool)(outbound('/', `http://${server.node}`), client);
    call.onOver(() => over++);
    const result = await call.done.then(
      ({ status }) => status,
      ({ kind, message }: TransportError) => `${kind}: ${message}`,
    );
    pool.destroy();
    await server.close();
    return { result, over };
  }

  it.each([
    ['a status that no Web response has', web, 'HTTP/1.1 600 Odd\r\nContent-Length: 1\r\n\r\nx'],
    ['the same, while its body arrives', web, 'HTTP/1.1 999 Odd\r\nContent-Length: 9\r\n\r\nx'],
    ['a switch of protocols', nobody, 'HTTP/1.1 101 S\r\nUpgrade: websocket\r\n\r\n'],
  ])('is a failure: %s', async (_, client, response) => {
    const { result, over } = await forwarded(client, response);
    expect(result).toMatch(
      /^protocol: (?:status \d+, and the client can be sent 599 at most$|an upg)/,
    );
    expect(over).toBe(1);
  });

  it('is none where the client can be sent it', async () => {
    const head = (status: number) => `HTTP/1.1 ${status} Odd\r\nContent-Length: 0\r\n\r\n`;
    expect(await forwarded(web, head(599))).toEqual({ result: 599, over: 1 });
    expect(await forwarded(nobody, head(999))).toEqual({ result: 999, over: 1 });
  });
});
