import {
  credentials,
  makeGenericClientConstructor,
  Metadata,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type StatusObject,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settled } from '../../support/outcomes.ts';
import { until } from '../../support/until.ts';
import type { GrpcScene } from '../grpc.ts';

const MIB = 1024 * 1024;

const same = (bytes: Buffer): Buffer => bytes;
const method = (name: string, requestStream: boolean, responseStream: boolean) => ({
  path: `/grpc-js.Echo/${name}`,
  requestStream,
  responseStream,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
});

/** Messages are bytes: what passes here does not depend on how they are encoded. */
const SERVICE = {
  Unary: method('Unary', false, false),
  Down: method('Down', false, true),
  Up: method('Up', true, false),
  Both: method('Both', true, true),
} satisfies ServiceDefinition;

const UNLIMITED = {
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
};

/** What a call came to. */
interface Outcome {
  readonly messages: Buffer[];
  readonly status: StatusObject;
}

/** Everything that the events of a call say, whatever its kind. */
interface AnyCall {
  on(event: string, listener: (value: never) => void): unknown;
}

/** `@grpc/grpc-js`, as it is, as the client and as the servers. */
export function grpcJs(scene: () => GrpcScene): void {
  const servers: Server[] = [];
  /** Calls that the primary was told to cancel. */
  const cancelled: string[] = [];
  let client: InstanceType<ReturnType<typeof makeGenericClientConstructor>>;

  async function serve(implementation: UntypedServiceImplementation): Promise<number> {
    const server = new Server(UNLIMITED);
    server.addService(SERVICE, implementation);
    servers.push(server);
    return new Promise((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      ),
    );
  }
  beforeAll(async () => {
    const [primary, mirror] = await Promise.all([
      serve(echoing((name) => cancelled.push(name))),
      serve(echoing(() => {})),
    ]);
    await scene().gateway.put('grpc-js', {
      uri: '/grpc-js.Echo/*',
      upstream: { scheme: 'grpc', nodes: { [`127.0.0.1:${primary}`]: 1 } },
      plugins: { 'proxy-mirror': { host: `grpc://127.0.0.1:${mirror}`, timeout: 3 } },
    });
    const Echo = makeGenericClientConstructor(SERVICE, 'Echo');
    client = new Echo(`127.0.0.1:${scene().gateway.port}`, credentials.createInsecure(), UNLIMITED);
  });
  afterAll(() => {
    client.close();
    for (const server of servers) server.forceShutdown();
  });

  const call = (name: keyof typeof SERVICE, ...given: unknown[]) =>
    (client[name] as (...all: unknown[]) => never).call(client, ...given);
  /** Calls a method that has one response. */
  function one(name: 'Unary' | 'Up', given: unknown[], use: (made: never) => void = () => {}) {
    return new Promise<Outcome>((resolve) => {
      const messages: Buffer[] = [];
      const made = call(
        name,
        ...given,
        (_: unknown, value?: Buffer) => value && messages.push(value),
      );
      (made as AnyCall).on('status', (ended) => resolve({ messages, status: ended }));
      use(made);
    });
  }
  /** Calls a method that has many responses. */
  function many(
    name: 'Down' | 'Both',
    given: unknown[],
    use: (made: never, message?: Buffer) => void,
  ) {
    return new Promise<Outcome>((resolve) => {
      const messages: Buffer[] = [];
      const made: AnyCall = call(name, ...given);
      made.on('data', (message) => {
        messages.push(message);
        use(made as never, message);
      });
      made.on('error', () => {});
      made.on('status', (ended) => resolve({ messages, status: ended }));
      use(made as never);
    });
  }
  const fields = (given: Readonly<Record<string, string>>) => {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(given)) metadata.set(name, value);
    return metadata;
  };

  describe('the four kinds', () => {
    it('one and one, with fields and trailers', async () => {
      const { messages, status: ended } = await one('Unary', [Buffer.from('hello')]);
      expect(messages.map(String)).toEqual(['hello']);
      expect(ended.code).toBe(status.OK);
      expect(ended.metadata.get('x-multi').flatMap((value) => String(value).split(', '))).toEqual([
        '1',
        '2',
      ]);
      expect(ended.metadata.get('x-bin')).toEqual([Buffer.from([1, 2, 255])]);
    });

    it('one and many', async () => {
      const { messages, status: ended } = await many('Down', [Buffer.from('1000')], () => {});
      expect([messages.length, String(messages.at(-1)), ended.code]).toEqual([
        1000,
        '999',
        status.OK,
      ]);
    });

    it('many and one', async () => {
      const { messages } = await one('Up', [], (made: { write(m: Buffer): void; end(): void }) => {
        for (let i = 0; i < 1000; i++) made.write(Buffer.alloc(1000));
        made.end();
      });
      expect(messages.map(String)).toEqual(['1000000']);
    });

    it('many and many, in turns', async () => {
      let turns = 0;
      const { status: ended } = await many(
        'Both',
        [],
        (made: { write(m: Buffer): void; end(): void }) => {
          if (turns++ === 100) made.end();
          else made.write(Buffer.from('x'));
        },
      );
      expect([turns, ended.code]).toEqual([101, status.OK]);
    });
  });

  it('has errors with their details', async () => {
    const { status: ended } = await one('Unary', [Buffer.from('x'), fields({ 'x-fail': '9' })]);
    expect([ended.code, ended.details]).toEqual([status.FAILED_PRECONDITION, 'failed: ü']);
    expect(ended.metadata.get('grpc-status-details-bin')).toEqual([Buffer.from('details')]);
  });

  it('has deadlines, which the server knows', async () => {
    const options = { deadline: Date.now() + 500 };
    const { status: ended } = await one('Unary', [
      Buffer.from('x'),
      fields({ 'x-hang': 'late' }),
      options,
    ]);
    expect(ended.code).toBe(status.DEADLINE_EXCEEDED);
    await until(() => cancelled.includes('late'), 5000, 'that the server gives up');
  });

  it('has calls cancelled, for the server as well', async () => {
    const hang = fields({ 'x-hang': 'unary' });
    const unary = await one('Unary', [Buffer.from('x'), hang], (made: { cancel(): void }) =>
      setTimeout(() => made.cancel(), 50),
    );
    const both = await many(
      'Both',
      [fields({ 'x-hang': 'both' })],
      (made: { write(m: Buffer): void; cancel(): void }, message) => {
        if (message === undefined) made.write(Buffer.from('x'));
        else made.cancel();
      },
    );
    expect([unary.status.code, both.status.code]).toEqual([status.CANCELLED, status.CANCELLED]);
    await until(() => ['unary', 'both'].every((name) => cancelled.includes(name)), 5000, 'both');
  });

  it('has messages of 16 MiB', { timeout: 60_000 }, async () => {
    const body = Buffer.alloc(16 * MIB, 'abcdefghijklm');
    const { messages } = await one('Unary', [body]);
    expect(messages[0]!.equals(body)).toBe(true);
  });

  it('has a copy of each call whose request is whole and small enough', async () => {
    const counted = await settled(scene().gateway, 'grpc-js', 9, { timeout: 20_000 });
    const { 'sent 2xx': sent = 0, 'skipped body_incomplete': broken = 0, ...others } = counted;
    // The mirror hangs as the primary does, and a copy does not end with its client.
    expect(others).toEqual({ 'skipped body_too_large': 1, 'failed timeout': 1 });
    // A stream that grpc-js cancels is ended properly before it is reset: it may have looked whole.
    expect([sent, broken]).toEqual([expect.toBeOneOf([6, 7]), 7 - sent]);
  });
}

/** @param onCancelled called with the value of `x-hang` of a call that was cancelled */
function echoing(onCancelled: (name: string) => void): UntypedServiceImplementation {
  /** Returns true for a call that is to hang. */
  function hangs(
    call: ServerUnaryCall<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>,
  ): boolean {
    const [name] = call.metadata.get('x-hang');
    call.on('cancelled', () => onCancelled(String(name)));
    return name !== undefined;
  }
  return {
    Unary(call: ServerUnaryCall<Buffer, Buffer>, respond: sendUnaryData<Buffer>) {
      if (hangs(call)) return;
      const [code] = call.metadata.get('x-fail');
      const trailers = new Metadata();
      if (code !== undefined) {
        trailers.set('grpc-status-details-bin', Buffer.from('details'));
        return respond({ code: Number(code), details: 'failed: ü', metadata: trailers });
      }
      for (const value of ['1', '2']) trailers.add('x-multi', value);
      trailers.set('x-bin', Buffer.from([1, 2, 255]));
      respond(null, call.request, trailers);
    },
    Down(call: ServerWritableStream<Buffer, Buffer>) {
      for (let i = 0; i < Number(call.request); i++) call.write(Buffer.from(String(i)));
      call.end();
    },
    Up(call: ServerReadableStream<Buffer, Buffer>, respond: sendUnaryData<Buffer>) {
      let bytes = 0;
      call.on('data', (message: Buffer) => (bytes += message.byteLength));
      call.on('end', () => respond(null, Buffer.from(String(bytes))));
    },
    Both(call: ServerDuplexStream<Buffer, Buffer>) {
      hangs(call);
      call.on('data', (message: Buffer) => call.write(message));
      call.on('end', () => call.end());
    },
  };
}
