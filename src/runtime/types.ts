/** The types that runtimes are made of, for every entry that has or takes a runtime. */
export type { BodySource, Tap, Upload } from '../http/upload.ts';
export type { Destination, DestinationFault, KeepAlive, TlsConfig } from '../http/destination.ts';
export type { HeaderList } from '../http/fields.ts';
export type { GatewayStatus } from '../http/gateway-error.ts';
export type {
  Informed,
  Interim,
  LightResponse,
  Outbound,
  Received,
  Reply,
  Timeouts,
} from '../http/messages.ts';
export type {
  Call,
  ConnectionLeft,
  CopyResponse,
  FailureKind,
  Forward,
  ResponseTap,
  SendCopy,
  TransportError,
} from '../http/transport.ts';
export type { StartThread, Thread, ThreadEvents } from './thread.ts';
export type { Runtime, WaitUntil } from './runtime.ts';
