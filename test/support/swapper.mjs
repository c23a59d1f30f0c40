/**
 * Switches a symlink between two files, by rename as deploys do, until it is killed or a minute has passed. A process
 * of its own, so that it can interrupt anything.
 *
 * usage: swapper.mjs LINK FILE FILE
 */
import { renameSync, symlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const [link = '', one = '', other = ''] = process.argv.slice(2);
const until = Date.now() + 60_000;
for (let i = 0; Date.now() < until; i++) {
  symlinkSync(i % 2 === 0 ? one : other, `${link}.next`);
  renameSync(`${link}.next`, link);
  if (i === 0) console.log('swapping');
  await sleep(1);
}
