import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  type ClientDuplexStream,
  credentials,
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GrpcScene } from '../grpc.ts';

/** What a server is asked for, of reflection.proto. */
interface Question {
  readonly listServices?: string;
  readonly fileContainingSymbol?: string;
}

interface Finding {
  readonly listServicesResponse?: { readonly service: { readonly name: string }[] };
  readonly fileDescriptorResponse?: { readonly fileDescriptorProto: Uint8Array[] };
  readonly errorResponse?: { readonly errorCode: number };
}

/** The service that grpcurl and others learn from what a server offers. The one that is served here tells of itself. */
export function reflection(scene: () => GrpcScene): void {
  const folder = dirname(createRequire(import.meta.url).resolve('@grpc/reflection'));
  const definition = loadSync(join(folder, '../proto/grpc/reflection/v1/reflection.proto'));
  const NAME = 'grpc.reflection.v1.ServerReflection';
  const server = new Server();
  let client: InstanceType<ServiceClientConstructor>;

  beforeAll(async () => {
    new ReflectionService(definition).addToServer(server);
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    await scene().gateway.put('reflection', {
      uri: `/${NAME}/*`,
      upstream: { scheme: 'grpc', nodes: { [`127.0.0.1:${port}`]: 1 } },
    });
    const { grpc } = loadPackageDefinition(definition) as never as {
      grpc: { reflection: { v1: { ServerReflection: ServiceClientConstructor } } };
    };
    const address = `127.0.0.1:${scene().gateway.port}`;
    client = new grpc.reflection.v1.ServerReflection(address, credentials.createInsecure());
  });
  afterAll(() => {
    client.close();
    server.forceShutdown();
  });

  it('learns which services there are, and what they are made of, over one stream', async () => {
    const ask = client['ServerReflectionInfo']!.bind(client) as unknown as () => ClientDuplexStream<
      Question,
      Finding
    >;
    const stream = ask();
    const found = stream[Symbol.asyncIterator]() as AsyncIterator<Finding, undefined>;
    /** Each question waits for what was found for the one before. */
    async function find(question: Question): Promise<Finding> {
      stream.write(question);
      return (await found.next()).value!;
    }
    const { listServicesResponse } = await find({ listServices: '' });
    expect(listServicesResponse?.service.map(({ name }) => name)).toContain(NAME);
    const { fileDescriptorResponse } = await find({ fileContainingSymbol: NAME });
    const [file] = fileDescriptorResponse!.fileDescriptorProto;
    expect(Buffer.from(file!).toString('latin1')).toContain('ServerReflectionRequest');
    const { errorResponse } = await find({ fileContainingSymbol: 'no.such.Service' });
    expect(errorResponse?.errorCode).toBe(5);
    stream.end();
    expect(await found.next()).toEqual({ done: true, value: undefined });
  });
}
