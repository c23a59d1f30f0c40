/** The program of a worker, which the supervisor starts. */
import cluster from 'node:cluster';
import process from 'node:process';
import { type Parent, parentChannel } from './parent.ts';
import { type Serving, startServing } from './serving.ts';

let serving: Promise<Serving> | null = null;
let isStopping = false;

const parent: Parent = parentChannel({
  async start(start) {
    serving = startServing(parent, start);
    return (await serving).addresses;
  },
  async routes(document) {
    await (await serving!).take(document);
  },
  counts: async () => (await serving!).counts(),
  certificates: async () => (await serving!).renewCertificates(),
  body: async (request) => (await serving!).relay.body(request),
  giveBack: async (value) => (await serving!).leases.giveBack(value),
  async stop(how) {
    isStopping = true;
    await (await serving!).stop(how);
    process.exit(0);
  },
});
parent.tell('hello', null);

// The supervisor decides: a terminal and systemd send signals to all processes.
const ignored: readonly NodeJS.Signals[] =
  process.platform === 'win32' ? ['SIGINT', 'SIGTERM'] : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'];
for (const signal of ignored) process.on(signal, () => {});

// The supervisor has died, or was told twice to end at once.
cluster.worker!.on('disconnect', async () => {
  // `node:cluster` would end the process, with all requests in flight.
  cluster.worker!.exitedAfterDisconnect = true;
  parent.close();
  if (isStopping || serving === null) process.exit(1);
  const { stop, shutdownTimeoutMs } = await serving;
  await stop({ deadlineMs: shutdownTimeoutMs, idleGraceMs: 0 });
  process.exit(1);
});
