import { describe } from 'vitest';
import type { TestServerRuntime } from '../runtimes/runtime.ts';
import { adminPort } from './admin-port.ts';
import { clients } from './clients.ts';
import { cluster } from './cluster.ts';
import { deadlines } from './deadlines.ts';
import { isolation } from './isolation.ts';
import { descriptors } from './descriptors.ts';
import { grpc } from './grpc.ts';
import { http2 } from './http2.ts';
import { kill } from './kill.ts';
import { log } from './log.ts';
import { names } from './names.ts';
import { proxyProtocol } from './proxy-protocol.ts';
import { ownApp } from './own-app.ts';
import { ownServer } from './own-server.ts';
import { ownGateway } from './own-gateway.ts';
import { reportCommand } from './report-command.ts';
import { routesFile } from './routes-file.ts';
import { serverName } from './server-name.ts';
import { tls } from './tls.ts';
import { startStop } from './start-stop.ts';
import { strictness } from './strictness.ts';
import { early } from './upstream/early.ts';
import { upstreamTls } from './upstream-tls.ts';
import { shortage } from './upstream/shortage.ts';
import { unasked } from './upstream/unasked.ts';
import { unixSocket } from './unix-socket.ts';

/** Tests of what only a server process has: files, signals, sockets of its own. */
export function server(runtime: TestServerRuntime): void {
  describe('routes.json', () => routesFile(runtime));
  describe('start and stop', () => startStop(runtime));
  describe('the port of the control plane', () => adminPort(runtime));
  describe('incoming requests', () => strictness(runtime));
  describe('deadlines', () => deadlines(runtime));
  describe('clients', () => clients(runtime));
  describe('descriptors', () => descriptors(runtime));
  describe("a user's app", () => ownApp(runtime));
  // Node has no server of its own that serves a fetch handler.
  if (runtime.name !== 'node') describe("the runtime's own server", () => ownServer(runtime));
  describe("a user's app with a gateway", () => ownGateway(runtime));
  describe('isolation', () => isolation(runtime));
  describe('an early response', () => early(runtime));
  describe('a shortage in the gateway', () => shortage(runtime));
  describe('unsolicited bytes from a server', () => unasked(runtime));
  describe('the log', () => log(runtime));
  describe('the report as a command', () => reportCommand(runtime));
  describe('names', () => names(runtime));
  describe('a Unix socket', () => unixSocket(runtime));
  describe('the PROXY protocol', () => proxyProtocol(runtime));
  describe('TLS', () => serverName(runtime));
  describe('TLS of upstreams', () => upstreamTls(runtime));
  describe('TLS of clients', () => tls(runtime));
  describe('HTTP/2', () => http2(runtime));
  describe('gRPC', () => grpc(runtime));
  describe('kill -9', () => kill(runtime));
  describe('several processes', () => cluster(runtime));
}
