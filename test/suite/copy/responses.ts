import { expect, it } from 'vitest';
import { isServer, type TestRuntime } from '../../runtimes/runtime.ts';
import { send } from '../../support/client.ts';
import { type Respond, origin } from '../../support/origin.ts';
import { settled } from '../../support/outcomes.ts';
import { socketOrigin } from '../../support/socket-origin.ts';
import type { Stage } from '../../support/stage.ts';

const KIB = 1024;
const COPIES = 5;

/** Responses of mirrors are read as long as that costs less than a new connection. */
export function responses(runtime: TestRuntime, stage: Stage): void {
  const read = (isServer(runtime) ? 1024 : 256) * KIB;
  const PROTOCOL = isServer(runtime) ? 'failed protocol' : 'failed reset';
  // workerd accepts it as a status.
  const LOW_STATUS = isServer(runtime) ? PROTOCOL : 'sent 5xx';

  it(`is read up to ${read / KIB} KiB, and the connection is kept`, async () => {
    expect(await connectionsFor(read)).toBe(1);
  });

  it('is cut off when it is longer, and its status still counts', async () => {
    expect(await connectionsFor(4 * read)).toBe(COPIES);
  });

  // The limit counts bytes on the wire on servers, and reads on Workers.
  const [few, many] = isServer(runtime) ? [100_000, 300_000] : [100, 3000];
  it.each([
    [few, 1],
    [many, COPIES],
  ])('of %i one-byte chunks counts by its cost', async (count, connections) => {
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    const bytes = Buffer.from(`${head}${'1\r\nx\r\n'.repeat(count)}0\r\n\r\n`);
    const write: Respond = (_, response) => void response.req.socket.write(bytes);
    expect(await connectionsFor(write)).toBe(connections);
  });

  it.each(
    Object.entries({
      'a status above 599': ['HTTP/1.1 999 Odd\r\n\r\n', 'sent 5xx'],
      'lines that end in LF': ['HTTP/1.1 200 OK\nContent-Length: 2\n\nok', 'sent 2xx'],
      'an invalid length': ['HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok', PROTOCOL],
      'a status below 100': ['HTTP/1.1 20 OK\r\n\r\n', LOW_STATUS],
    } as const),
  )('with %s is one outcome', async (_, [sent, outcome]) => {
    const mirror = await socketOrigin((socket) => socket.end(sent));
    const id = stage.fresh('heads');
    await stage.put(id, { host: `http://${mirror.node}` });
    await send(stage.gateway.url, `/${id}/a`);
    expect(await settled(stage.gateway, id, 1)).toEqual({ [outcome]: 1 });
    await mirror.close();
  });

  /** Connections used by copies, sent one after another, to a mirror with this response or with so many bytes. */
  async function connectionsFor(reply: number | Respond): Promise<number> {
    const id = stage.fresh('responses');
    const bytes: Respond = (_, response) => void response.end(Buffer.alloc(Number(reply), 'x'));
    const mirror = await origin(typeof reply === 'number' ? bytes : reply);
    let connections = 0;
    mirror.server.on('connection', () => (connections += 1));
    await stage.put(id, { host: mirror.url });
    for (let sent = 1; sent <= COPIES; sent += 1) {
      await send(stage.gateway.url, `/${id}/a`);
      expect(await settled(stage.gateway, id, sent)).toEqual({ 'sent 2xx': sent });
    }
    await mirror.close();
    return connections;
  }
}
