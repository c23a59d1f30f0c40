import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runtimeProgram } from '../runtimes/paths.ts';
import { origin, type Origin, type Seen } from '../support/origin.ts';
import type { Program } from '../support/process.ts';
import type { Stage } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { finished, start } from './command.ts';
import { copiesOf, expectOutcomes, type Passage, passage, expectSame } from './passage.ts';
import { program } from './program.ts';

/** A response that is still open. */
interface Stream {
  readonly request: Seen;
  readonly response: ServerResponse;
}

/** Prints the events of an EventSource. Deno has one that follows the same standard as browsers. */
const LISTENER = `
  const source = new EventSource(Deno.args[0]);
  source.onmessage = ({ lastEventId, data }) => console.log(lastEventId + ' ' + data);
`;

/** Server-sent events: each arrives before the next is sent. */
export function events(stage: Stage): void {
  let upstream: Origin;
  let way: Passage;
  let client: Program;
  const streams: Stream[] = [];

  beforeEach(async () => {
    streams.length = 0;
    upstream = await origin((request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      streams.push({ request, response });
    });
    way = await passage(stage, 'events', upstream);
  });
  afterEach(async () => {
    client.signal('SIGKILL');
    await upstream.close();
  });

  async function stream(i: number): Promise<Stream> {
    await until(() => streams.length > i, 20_000, `connection ${i} of the client`);
    return streams[i]!;
  }
  /** Sends an event, and waits until the client has printed it. */
  async function pass({ response }: Stream, id: number, shown: string): Promise<void> {
    response.write(`id: ${id}\ndata: event ${id}\n\n`);
    await until(() => client.stdout().endsWith(shown), 10_000, `event ${id} at the client`);
  }

  it('reach curl one by one', async () => {
    client = start(program('curl'), ['-q', '-sSN', `${way.url}/events`]);
    const opened = await stream(0);
    for (let id = 1; id <= 5; id++) await pass(opened, id, `id: ${id}\ndata: event ${id}\n\n`);
    opened.response.end();
    expect((await finished(client)).status).toBe(0);
    await expectOutcomes(stage, way, { 'sent 2xx': 1 });
    expectSame(copiesOf(stage, way), upstream.seen);
  });

  it('reach an EventSource, which reconnects with Last-Event-ID', async () => {
    client = start(runtimeProgram('deno'), ['eval', LISTENER, `${way.url}/events`]);
    const first = await stream(0);
    expect(first.request.headers['last-event-id']).toBeUndefined();
    first.response.write('retry: 1\n\n');
    for (let id = 1; id <= 3; id++) await pass(first, id, `${id} event ${id}\n`);
    first.response.end();

    const second = await stream(1);
    expect(second.request.headers['last-event-id']).toBe('3');
    await pass(second, 4, '4 event 4\n');
    expect(client.stdout()).toBe('1 event 1\n2 event 2\n3 event 3\n4 event 4\n');
    await expectOutcomes(stage, way, { 'sent 2xx': 2 });
    expectSame(copiesOf(stage, way), upstream.seen);
  });
}
