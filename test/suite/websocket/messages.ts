import { createHash, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import type { WebSockets } from '../websocket.ts';

/** The lengths around which the head of a frame changes (RFC 6455 section 5.2). */
const SIZES = [0, 1, 125, 126, 65_535, 65_536, 1_048_576];

/** Each end gets what the other sends. */
export function messages({ open }: WebSockets): void {
  it('of every size, text and binary, both ways, in their order', async () => {
    const { client, upstream } = await open('messages');
    const sent = SIZES.flatMap((size) => [randomBytes(size), 'x'.repeat(size)]);
    for (const message of sent) client.socket.send(message);
    await until(() => client.messages.length === sent.length, 20_000, 'all the echoes');
    const expected = sent.map(digest);
    expect(upstream.messages.map(digest)).toEqual(expected);
    expect(client.messages.map(digest)).toEqual(expected);
    client.socket.close();
  });

  it('of the upstream, without any of the client before', async () => {
    const { client, upstream } = await open('pushed');
    upstream.socket.send('news');
    await until(() => client.messages.length === 1, 5000, 'the message');
    expect(client.messages).toEqual(['news']);
    client.socket.close();
  });

  it('ping and pong with what they carry, both ways', async () => {
    const { client, upstream } = await open('ping');
    client.socket.ping('from the client');
    upstream.socket.ping('from the upstream');
    await until(() => client.pongs.length + upstream.pongs.length === 2, 5000, 'two pongs');
    expect([client.pongs, upstream.pongs]).toEqual([['from the client'], ['from the upstream']]);
    client.socket.close();
  });
}

function digest(message: string | Buffer): string {
  return `${typeof message} ${createHash('sha256').update(message).digest('hex')}`;
}
