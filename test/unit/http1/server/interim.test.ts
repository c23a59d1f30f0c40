import { expect, it } from 'vitest';
import type { Interim, Received } from '../../../../src/http/messages.ts';
import { receive } from '../../../../src/runtime/received.ts';
import { until } from '../../../support/until.ts';
import { client, gate } from './gate.ts';

const HINTS: Interim = { status: 103, reason: 'Early Hints', headers: ['Link', '</x>', 'x-A', ''] };
const CONTINUE: Interim = { status: 100, reason: 'Continue', headers: [] };
const answer = () => new Response(Buffer.from('.'), { headers: { 'content-length': '1' } });
const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n.';

it('an interim answer stands before its own answer and nowhere else', async () => {
  const received: Received[] = [];
  const { write, sees, text } = client(
    await gate((request) => {
      received.push(receive(request));
      // The one before has its answer.
      for (const one of received) one.inform(HINTS);
      return answer();
    }),
  );
  write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await sees(ANSWER);
  received[0]!.inform(HINTS);
  write('GET /2 HTTP/1.1\r\nHost: a\r\n\r\n');
  const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\nx-A: \r\n\r\n';
  await sees(`.${hints}${ANSWER}`);
  expect(text()).toBe((hints + ANSWER).repeat(2));
});

it('100 is sent once, whoever says it first', async () => {
  const { write, sees, text } = client(
    await gate(async (request) => {
      const from = receive(request);
      from.inform(CONTINUE);
      from.inform(HINTS);
      // Reading the body invites it, too.
      await from.upload!.reader().read();
      from.inform(CONTINUE);
      return answer();
    }),
  );
  const post = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n';
  const invited = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 ';
  write(post);
  await sees(invited);
  write('x');
  await sees(ANSWER);
  write(post);
  await sees(ANSWER + invited);
  write('x');
  await until(() => text().endsWith(ANSWER), 5000, 'the second answer');
  expect(text().match(/HTTP\/1\.1 \d+/g)).toEqual(
    [100, 103, 200, 100, 103, 200].map((status) => `HTTP/1.1 ${status}`),
  );
});

it('HTTP/1.0 gets no interim answer', async () => {
  const { write, sees, text } = client(
    await gate((request) => {
      receive(request).inform(HINTS);
      return answer();
    }),
  );
  write('GET / HTTP/1.0\r\n\r\n');
  await sees('\r\n\r\n.');
  expect(text()).toMatch(/^HTTP\/1\.1 200 /);
});
