/**
 * A server that uses up all descriptors of its process (`/hog`) and releases them (`/free`), as other code in the
 * same program may do.
 */
import { closeSync, openSync } from 'node:fs';
import { runtime } from '#runtime';

/** @type {number[]} */
const taken = [];

function hog() {
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch {
    // No descriptor is left.
  }
}

function free() {
  for (const descriptor of taken.splice(0)) closeSync(descriptor);
}

const { port } = await runtime().listen({
  app: {
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
