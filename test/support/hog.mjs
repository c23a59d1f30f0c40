/**
 * A server that takes all descriptors of its process when it is told to (`/hog`), and gives them back
 * (`/free`): what is in the same program may do that to a listener.
 */
import { closeSync, openSync } from 'node:fs';
import { runtime } from '#runtime';

/** @type {number[]} */
const taken = [];

function hog() {
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch {
    // None is left.
  }
}

function free() {
  for (const descriptor of taken.splice(0)) closeSync(descriptor);
}

const { port } = await runtime().listen({
  app: {
    waitUntil() {},
    fetch(request) {
      if (request.url.endsWith('/hog')) hog();
      if (request.url.endsWith('/free')) free();
      return new Response(`${taken.length > 0 ? 'all' : 'none'} taken.`);
    },
  },
  hostname: '127.0.0.1',
  port: 0,
  onReopened: () => console.log('reopened'),
});
console.log(`port ${port}`);
