import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import {
  descriptorsFor,
  openableDescriptors,
  shareOut,
} from '../../../../src/http1/descriptors.ts';
import { line, run } from '../../../support/process.ts';
import { until } from '../../../support/until.ts';

const APP = fileURLToPath(new URL('../../../support/own-app.mjs', import.meta.url));

it.runIf(process.platform === 'linux')('clients get a third of what is not kept back', async () => {
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
  const { each } = shareOut(90, 0);
  await until(() => closed === 40 - each, 10_000, 'all others to be closed');
  expect(closed).toBe(40 - each);
});

it.each([
  [Infinity, 0, Infinity, 100],
  [30_148, 0, 10_000, 100],
  [1024, 0, 292, 100],
  [1024, 128, 249, 100],
  [256, 0, 60, 27],
  [256, 128, 23, 11],
  [48, 0, 1, 1],
  [0, 128, 1, 1],
])(
  '%d descriptors, of which %d may be accepted at once: %d for each',
  (all, accepted, each, turnedAway) => {
    expect(shareOut(all, accepted)).toEqual({ each, turnedAway });
    // Nobody takes more than there is, but where there is nothing.
    if (each > 1 && each < Infinity)
      expect(3 * each + turnedAway + accepted).toBeLessThanOrEqual(all - 48);
  },
);

it.each([0, 128])('for a share there are descriptors enough, and not many more', (accepted) => {
  for (const each of [300, 10_000]) {
    expect(shareOut(descriptorsFor(each, accepted), accepted).each).toBe(each);
    expect(shareOut(descriptorsFor(each, accepted) - 3, accepted).each).toBe(each - 1);
  }
});

it('tries what can be opened, and no more than is needed', async () => {
  expect(openableDescriptors(50)).toBe(Infinity);
  const module = new URL('../../../../dist/http1/descriptors.js', import.meta.url);
  const text = `import { openableDescriptors } from '${module.href}'; console.log(openableDescriptors(1000));`;
  const program = run('sh', [
    '-c',
    `ulimit -n 100 && exec "${process.execPath}" --input-type=module -e "${text}"`,
  ]);
  const found = Number((await line(program, /^(\d+)$/m))[1]);
  expect(found).toBeGreaterThan(50);
  expect(found).toBeLessThan(100);
});
