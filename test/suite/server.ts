import { describe } from 'vitest';
import type { TestServerRuntime } from '../runtimes/runtime.ts';
import { clients } from './clients.ts';
import { deadlines } from './deadlines.ts';
import { isolation } from './isolation.ts';
import { descriptors } from './descriptors.ts';
import { kill } from './kill.ts';
import { log } from './log.ts';
import { names } from './names.ts';
import { ownApp } from './own-app.ts';
import { ownServer } from './own-server.ts';
import { ownGateway } from './own-gateway.ts';
import { routesFile } from './routes-file.ts';
import { serverName } from './server-name.ts';
import { startStop } from './start-stop.ts';
import { strictness } from './strictness.ts';
import { early } from './upstream/early.ts';
import { shortage } from './upstream/shortage.ts';
import { unasked } from './upstream/unasked.ts';

/** What only a process with files and signals has. */
export function server(runtime: TestServerRuntime): void {
  describe('routes.json', () => routesFile(runtime));
  describe('start and stop', () => startStop(runtime));
  describe('what comes in', () => strictness(runtime));
  describe('deadlines', () => deadlines(runtime));
  describe('clients', () => clients(runtime));
  describe('descriptors', () => descriptors(runtime));
  describe('an app of the user', () => ownApp(runtime));
  // Node has none that serves a fetch.
  if (runtime.name !== 'node') describe("the runtime's own server", () => ownServer(runtime));
  describe('an app of the user with a gateway', () => ownGateway(runtime));
  describe('isolation', () => isolation(runtime));
  describe('an early answer', () => early(runtime));
  describe('a shortage of our own', () => shortage(runtime));
  describe('what a server says unasked', () => unasked(runtime));
  describe('the log', () => log(runtime));
  describe('names', () => names(runtime));
  describe('TLS', () => serverName(runtime));
  describe('kill -9', () => kill(runtime));
}
