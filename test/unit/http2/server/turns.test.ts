import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { listen } from '../../../../src/http1/server/listen.ts';
import { Turns } from '../../../../src/http1/turns.ts';
import { WORK_OF_HEAD, WORK_PER_TURN } from '../../../../src/http2/limits.ts';
import { serveHttp2 } from '../../../../src/http2/server/connection.ts';
import { block, FLAG, FRAME, frame, get, PREFACE } from '../../../support/http2-frames.ts';
import { until } from '../../../support/until.ts';

const REQUESTS = 20;

it('reads requests that come together turn by turn', async () => {
  let isComing = false;
  const turns = new Turns(() => void (isComing = true));
  let seen = 0;
  const listener = await listen({
    hostname: '127.0.0.1',
    port: 0,
    turns,
    loadHttp2: async () => serveHttp2,
    respond() {
      seen += 1;
      return new Promise<never>(() => {});
    },
  });
  const client = connect(listener.port, '127.0.0.1');
  client.on('error', () => {});
  onTestFinished(async () => {
    client.destroy();
    listener.kill();
    await listener.stop();
  });
  const fields = get('/');
  const requests = Array.from({ length: REQUESTS }, (_, i) =>
    frame(FRAME.HEADERS, FLAG.END_STREAM | FLAG.END_HEADERS, 2 * i + 1, block(...fields)),
  );
  client.write(Buffer.concat([Buffer.from(PREFACE), frame(FRAME.SETTINGS, 0, 0), ...requests]));
  const turn = async () => {
    await until(() => isComing, 5000, 'a turn');
    isComing = false;
    turns.passed();
  };
  // The first is that in which HTTP/2 begins. A frame is SETTINGS.
  await turn();
  const each = 1 + WORK_OF_HEAD + fields.length / 2;
  const first = Math.ceil((WORK_PER_TURN - 1) / each);
  await until(() => seen === first, 5000, `${first} requests`);
  await turn();
  const second = first + Math.ceil(WORK_PER_TURN / each);
  await until(() => seen === second, 5000, `${second} requests`);
  expect(second).toBeLessThan(REQUESTS);
  while (seen < REQUESTS) {
    const before = seen;
    await turn();
    await until(() => seen > before, 5000, 'further requests');
  }
});
