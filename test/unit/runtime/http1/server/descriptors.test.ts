import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { line, run } from '../../../../support/process.ts';
import { until } from '../../../../support/until.ts';

const APP = fileURLToPath(new URL('../../../../support/own-app.mjs', import.meta.url));

it.runIf(process.platform === 'linux')('clients get a third of the descriptors', async () => {
  const program = run('sh', ['-c', `ulimit -n 90 && exec "${process.execPath}" "${APP}"`]);
  onTestFinished(() => program.signal('SIGKILL'));
  const port = Number((await line(program, /^port (\d+)$/m))[1]);
  let closed = 0;
  for (let i = 0; i < 40; i++) {
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.on('close', () => closed++).resume();
    await once(socket, 'connect');
  }
  await until(() => closed === 10, 10_000, 'all but 30 to be closed');
  expect(closed).toBe(10);
});
