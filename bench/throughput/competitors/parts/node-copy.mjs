// @ts-nocheck: its packages are installed for benchmarks only.
/** The copy as a user of a proxy library on Node writes it: undici, with the response discarded. */
import { Agent, request } from 'undici';
import { endToEnd } from './headers.mjs';

/** Without a limit a mirror that stalls would use up all ports of the machine. */
const dispatcher = new Agent({ connections: 128 });

export function sendCopy(mirror, { method, url, rawHeaders }, body) {
  const options = { dispatcher, method, headers: endToEnd(rawHeaders), body };
  request(`${mirror}${url}`, options).then(
    (response) => response.body.dump(),
    () => {},
  );
}
