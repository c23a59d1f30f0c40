import type { Program } from '../support/process.ts';
import type { GatewayProcess, RuntimeName } from './runtime.ts';

interface Started {
  readonly runtime: RuntimeName;
  readonly port: number;
  readonly program: Program;
  readonly file: string | null;
  readonly adminKey: string | null;
}

/** How long a stopping gateway may take before it is killed and the test fails. */
const STOP_MS = 20_000;

/** The operations of a test on a started gateway, the same on every runtime. */
export function gatewayProcess({
  runtime,
  port,
  program,
  file,
  adminKey,
}: Started): GatewayProcess {
  const url = `http://127.0.0.1:${port}`;

  async function admin(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (adminKey !== null) headers.set('x-api-key', adminKey);
    const ask = () => fetch(`${url}/apisix/${path}`, { ...init, headers });
    // workerd closes idle connections after 5 s, so one may close just as it is reused. A request that is safe to
    // send twice is retried on another connection (RFC 9112 section 9.3.1).
    return init.method === undefined ? ask().catch(ask) : ask();
  }

  return {
    runtime,
    url,
    port,
    program,
    file,
    admin,
    async put(id, route) {
      const response = await admin(`admin/routes/${id}`, {
        method: 'PUT',
        body: JSON.stringify(route),
      });
      if (!response.ok) throw new Error(`PUT ${id}: ${response.status} ${await response.text()}`);
      await response.arrayBuffer();
    },
    async metrics() {
      const text = await (await admin('prometheus/metrics')).text();
      const samples = text.split('\n').filter((sample) => sample !== '' && !sample.startsWith('#'));
      return new Map(
        samples.map((sample) => {
          const space = sample.lastIndexOf(' ');
          return [sample.slice(0, space), Number(sample.slice(space + 1))];
        }),
      );
    },
    async stop() {
      program.signal('SIGTERM');
      const kill = setTimeout(() => program.signal('SIGKILL'), STOP_MS);
      const code = await program.exited;
      clearTimeout(kill);
      return code;
    },
  };
}
