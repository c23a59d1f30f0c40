import { expect, it } from 'vitest';
import { destination } from '../../../../src/http/destination.ts';
import type { Outbound } from '../../../../src/http/messages.ts';
import { TransportError } from '../../../../src/http/transport.ts';
import { http1Forward, http1SendCopy } from '../../../../src/http1/client/call.ts';
import type { Pool } from '../../../../src/http1/client/pool.ts';

function outbound(target: string): Outbound {
  const timeouts = { connect: 1000, send: 1000, read: 1000 };
  return {
    destination: destination('http://a'),
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
