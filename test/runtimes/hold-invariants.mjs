/**
 * Loaded into a gateway on Node with `--import`. Overwrites free buffers (see `overwriteFreeBuffers`), and ends the
 * process when a connection makes a transition that is not allowed.
 */
import { ClientConnection } from '../../dist/http1/client/connection.js';
import { CLIENT_PHASES } from '../../dist/http1/client/phases.js';
import { overwriteFreeBuffers } from '../../dist/http1/read-buffer.js';
import { ServerConnection } from '../../dist/http1/server/connection.js';
import { SERVER_PHASES } from '../../dist/http1/server/phases.js';
import { SESSION_PHASES } from '../../dist/http2/client/phases.js';
import { Session } from '../../dist/http2/client/session.js';

overwriteFreeBuffers();
ClientConnection.onPhase = only(CLIENT_PHASES, 'a connection to a server');
ServerConnection.onPhase = only(SERVER_PHASES, 'a connection of a client');
Session.onPhase = only(SESSION_PHASES, 'a connection to a server over HTTP/2');

/**
 * @template {string} Phase
 * @param {Readonly<Record<Phase, readonly Phase[]>>} phases
 * @param {string} what
 */
function only(phases, what) {
  return (/** @type {Phase} */ from, /** @type {Phase} */ to) => {
    if (phases[from].includes(to)) return;
    console.error(new Error(`${what} went from ${from} to ${to}`));
    process.exit(70);
  };
}
