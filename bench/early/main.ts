import { isServer, type TestServerRuntime } from '../../test/runtimes/runtime.ts';
import { freePort } from '../../test/support/ports.ts';
import { until } from '../../test/support/until.ts';
import { readArguments } from '../arguments.ts';
import { isInstalled } from '../machine/programs.ts';
import { openFolder, removeFolder } from '../origins/folder.ts';
import { runNginx } from '../origins/nginx.ts';
import { type SimpleServer, simpleServer } from '../origins/simple-server.ts';
import { type OwnProcess, ownProcess } from '../own-process.ts';
import { table } from '../report/table.ts';
import { type FramingName, FRAMINGS, upload } from './upload.ts';

const DEFAULTS = { tries: 40 };

/**
 * Share of the uploads of a kind whose response must arrive: on a busy machine a reset may overtake a response, even
 * without a gateway.
 */
const LEAST_SHARE = 0.95;

/** A way that an upload may take. */
interface Way {
  readonly name: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** A gateway of ours, and the share of the uploads to `/turn` that went to the server that refuses them. */
interface Gateway extends Way {
  readonly turns: string;
  readonly stays: boolean;
}

/**
 * Measures how many early responses to uploads arrive through our gateway, through nginx, and directly.
 *
 * @returns whether enough arrive through our gateway, and whether the server that sends them was never ejected
 */
export async function main(args: readonly string[]): Promise<boolean> {
  const { runtimes, numbers } = readArguments(args, DEFAULTS);
  const [server, other] = await Promise.all([
    ownProcess(new URL('server.mjs', import.meta.url)),
    simpleServer(),
  ]);
  const direct: Way = { name: 'direct', port: server.port, stop: () => Promise.resolve() };
  const nginx = isInstalled('nginx') ? await startNginx(server) : null;
  const others = nginx === null ? [direct] : [direct, nginx];
  console.log(
    `Responses that arrived, of ${numbers.tries} uploads of 2 MB each; the ways take turns.`,
  );
  const ours: Gateway[] = [];
  for (const runtime of runtimes.filter(isServer))
    ours.push(await startGateway(runtime, server, other, numbers.tries));
  const ways = [...others, ...ours];

  const rows: string[][] = [];
  let passed = true;
  for (const kind of kinds()) {
    const arrived = await count(kind, ways, numbers.tries);
    const [beside, by] = [arrived.slice(0, others.length), arrived.slice(others.length)];
    const least = Math.max(
      Math.min(beside[0]!, Math.floor(numbers.tries * LEAST_SHARE)),
      ...beside.slice(1),
    );
    const held = by.every((number) => number >= least);
    passed &&= held;
    rows.push([kind.name, ...arrived.map(String), held ? 'ok' : 'FAIL']);
  }
  const stay = ours.every(({ stays }) => stays);
  rows.push([
    'in turn with another node',
    ...others.map(() => ''),
    ...ours.map(({ turns }) => turns),
    stay ? 'ok' : 'FAIL',
  ]);
  console.log(table([['upload with', ...ways.map(({ name }) => name), ''], ...rows]));
  await Promise.all([...ways, server, other].map((one) => one.stop()));
  return passed && stay;
}

interface Kind {
  readonly name: string;
  readonly status: string;
  readonly path: string;
  readonly framing: FramingName;
}

function* kinds(): Iterable<Kind> {
  for (const framing of Object.keys(FRAMINGS) as FramingName[])
    for (const status of ['413', '401'])
      for (const close of ['kept', 'close'])
        for (const ending of ['fin', 'rst'])
          yield {
            name: `${framing}: ${status}${close === 'close' ? ', Connection: close' : ''}, ${ending.toUpperCase()}`,
            status,
            path: `/${status}/${close}/${ending}`,
            framing,
          };
}

async function count(kind: Kind, ways: readonly Way[], tries: number): Promise<number[]> {
  const arrived = ways.map(() => 0);
  for (let i = 0; i < tries; i++)
    for (const [way, { port }] of ways.entries())
      if ((await upload(port, kind.path, kind.framing)) === kind.status) arrived[way]! += 1;
  return arrived;
}

/** Starts nginx without its limit on the size of bodies. */
async function startNginx(server: OwnProcess): Promise<Way> {
  const [folder, port] = await Promise.all([openFolder(), freePort()]);
  const program = await runNginx({
    folder,
    http: `upstream server { server 127.0.0.1:${server.port} max_fails=0; keepalive 128; }
  client_max_body_size 0;
  server {
    listen 127.0.0.1:${port};
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    location / { proxy_pass http://server; }
    location = /ready { return 204; }
  }`,
  });
  const ready = () =>
    fetch(`http://127.0.0.1:${port}/ready`).then(
      () => true,
      () => false,
    );
  await until(ready, 5000, 'nginx to respond');
  return {
    name: 'nginx',
    port,
    async stop() {
      program.signal('SIGKILL');
      await program.exited;
      await removeFolder(folder);
    },
  };
}

async function startGateway(
  runtime: TestServerRuntime,
  server: OwnProcess,
  other: SimpleServer,
  tries: number,
): Promise<Gateway> {
  const refusing = { [`127.0.0.1:${server.port}`]: 1 };
  const gateway = await runtime.start({
    routes: [
      { id: 'one', uri: '/*', upstream: { nodes: refusing } },
      {
        id: 'turn',
        uri: '/turn/*',
        upstream: { nodes: { ...refusing, [`127.0.0.1:${other.port}`]: 1 } },
      },
    ],
    env: { LOG_LEVEL: 'error' },
  });
  let others = 0;
  for (let i = 0; i < tries; i++)
    if ((await upload(gateway.port, '/turn/413/kept/rst', 'chunks')) === '200') others += 1;
  return {
    name: runtime.name,
    port: gateway.port,
    turns: `${tries - others}/${tries}`,
    stays: others <= Math.ceil(tries / 2),
    async stop() {
      await gateway.stop();
    },
  };
}
