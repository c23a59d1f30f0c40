import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { nextTick } from 'node:process';
import {
  type HeaderList,
  isHopByHop,
  lengthOf,
  mayHaveLength,
  webHeaders,
} from '../../http/fields.ts';
import { errorBody, type GatewayStatus } from '../../http/gateway-error.ts';
import { WEBSOCKET } from '../../http/handshake.ts';
import { type Reply, responseOf } from '../../http/messages.ts';
import type { BodySource } from '../../http/upload.ts';
import { webBody } from '../../http/web-body.ts';
import { BodyPipe } from '../body-pipe.ts';
import { lastChunk, ONE_PIECE_BYTES, onePiece, writeChunk } from '../body-writer.ts';
import { recycle } from '../client/read-buffer.ts';
import { fieldLines, parseFieldLines } from '../fields.ts';
import type { Asked, Framing } from '../framing.ts';
import { RelayedResponse } from '../relayed-response.ts';

/**
 * Bytes that a client has to take before it is seen to take any: what is written is told when it is
 * gone, and a stream may come in pieces of any size.
 */
const STRIDE_BYTES = 64 * 1024;

/**
 * Writes an answer: in one write when all of it is here, else as it comes and as the client takes it.
 *
 * @param taken resolves when the client has taken what was written, or will take nothing more
 * @returns `null` when all is written; else a promise that rejects when the body broke off, or has
 * another length than its head says. The client must see that too, never a short body that looks
 * whole
 */
export function writeResponse(
  socket: Socket,
  head: string,
  body: BodySource | null,
  framing: Framing,
  taken: () => Promise<void>,
): Promise<void> | null {
  if (framing.kind === 'none') body?.cancel();
  if (body === null || framing.kind === 'none') {
    if (framing.kind === 'length' && framing.length !== 0) return Promise.reject(wrongLength());
    socket.write(head, 'latin1');
    return null;
  }
  // What is here already goes along with the head.
  if (!(body instanceof BodyPipe)) {
    socket.cork();
    nextTick(() => socket.uncork());
    socket.write(head, 'latin1');
    return pump(socket, body, framing, 0, taken);
  }
  const { complete } = body;
  const chunks = body.drain();
  const chunked = framing.kind === 'chunked';
  const end = chunked && complete ? lastChunk(body.trailers) : '';
  const written = writeTogether(socket, head, chunks, chunked, end);
  return complete ? null : pump(socket, body, framing, written, taken);
}

/**
 * Ends the connection of an answer whose body cannot be finished. Where the end of the connection is the end of
 * the body, only a reset tells the client that some of it is missing (RFC 9112 section 8).
 */
export function breakOff(socket: Socket, { kind }: Framing): void {
  if (kind === 'close') socket.resetAndDestroy();
  else socket.destroy();
}

/** @returns bytes of the body */
function writeTogether(
  socket: Socket,
  head: string,
  chunks: readonly Uint8Array[],
  chunked: boolean,
  end: string,
): number {
  let size = 0;
  for (const chunk of chunks) size += chunk.byteLength;
  const before = chunked && size > 0 ? `${head}${size.toString(16)}\r\n` : head;
  const after = chunked && size > 0 ? `\r\n${end}` : end;
  if (size === 0) {
    socket.write(before + after, 'latin1');
  } else if (before.length + size + after.length <= ONE_PIECE_BYTES) {
    socket.write(onePiece(before, chunks, after));
  } else {
    socket.cork();
    socket.write(before, 'latin1');
    for (const chunk of chunks) socket.write(chunk);
    if (after !== '') socket.write(after, 'latin1');
    socket.uncork();
  }
  return size;
}

async function pump(
  socket: Socket,
  body: BodySource,
  framing: Framing,
  begun: number,
  taken: () => Promise<void>,
): Promise<void> {
  const chunked = framing.kind === 'chunked';
  let left = framing.kind === 'length' ? framing.length - begun : Infinity;
  if (socket.writableNeedDrain) await taken();
  for (let chunk = await body.read(); chunk !== null; chunk = await body.read()) {
    left -= chunk.byteLength;
    if (left < 0) throw wrongLength();
    for (let at = 0; at < chunk.byteLength; at += STRIDE_BYTES) {
      const piece = chunk.byteLength > STRIDE_BYTES ? chunk.subarray(at, at + STRIDE_BYTES) : chunk;
      if (!writeChunk(socket, piece, chunked)) await taken();
    }
    // Nobody else has what comes from a pipe, and none of it waits to be written.
    if (body instanceof BodyPipe && socket.writableLength === 0 && !socket.destroyed)
      recycle(chunk);
  }
  if (framing.kind === 'length' && left !== 0) throw wrongLength();
  if (chunked) socket.write(lastChunk(body.trailers), 'latin1');
}

function wrongLength(): Error {
  return new Error('a body of another length than its head says');
}

/** An answer as it will stand on the wire, but for what belongs to the client's connection. */
export interface OutgoingResponse {
  readonly status: number;
  readonly reason: string;
  /** The fields, each with the end of its line. */
  readonly lines: string;
  /** Bytes of the body by its Content-Length, if it has one. */
  readonly length: number | null;
  readonly body: BodySource | null;
  /** The protocols that a 426 asks for. */
  readonly upgrade: string | null;
}

/**
 * What to write of a reply: an upstream's own fields and body, or those of any `Response`.
 *
 * @throws TypeError when it is none, or its body is gone
 */
export function outgoingResponse(reply: Reply): OutgoingResponse {
  if (reply instanceof RelayedResponse) return outgoingRelayed(reply);
  const response = responseOf(reply);
  const relayed = RelayedResponse.behind(response);
  return relayed === null ? outgoingWeb(response) : outgoingSeen(response, relayed);
}

function outgoingRelayed({ head, pipe }: RelayedResponse): OutgoingResponse {
  const { status, reason, lines, length, upgrade } = head;
  return { status, reason, lines, length, body: pipe, upgrade };
}

/** Other code has had the answer in its hands: its body is as it was, its fields need not be. */
function outgoingSeen(response: Response, relayed: RelayedResponse): OutgoingResponse {
  const { head, pipe } = relayed;
  const seen = headOf(response);
  const before = linesOf(webHeaders(parseFieldLines(head.lines)), head.length);
  const same = seen.lines === before && seen.upgrade === head.upgrade;
  return same ? outgoingRelayed(relayed) : { ...seen, body: pipe };
}

/** @throws TypeError when there is nothing left of the body to send */
function outgoingWeb(response: Response): OutgoingResponse {
  const { body, bodyUsed } = response;
  if (bodyUsed || body?.locked === true) throw new TypeError('the body was read by somebody else');
  return { ...headOf(response), body: body === null ? null : webBody(response) };
}

function headOf({ status, statusText, headers }: Response): Omit<OutgoingResponse, 'body'> {
  const length = mayHaveLength(status) ? lengthOf(headers.get('content-length') ?? '') : null;
  return {
    status,
    // An empty reason means that nobody gave one.
    reason: statusText === '' ? (STATUS_CODES[status] ?? '') : statusText,
    lines: linesOf(headers, length),
    length,
    upgrade: status === 426 ? headers.get('upgrade') : null,
  };
}

/**
 * An error of the gateway's own, whole: head and body.
 *
 * @param method of the request, if its head has been read: HEAD gets no body (RFC 9110 section 9.3.2)
 */
export function errorResponse(status: GatewayStatus, method?: string): string {
  const body = errorBody(status);
  const head =
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
  return method === 'HEAD' ? head : head + body;
}

/** @param length as it goes on: what is none does not */
function linesOf(headers: Headers, length: number | null): string {
  const list: HeaderList = [];
  headers.forEach((value, name) => {
    if (name !== 'content-length') {
      if (!isHopByHop(name)) list.push(name, value);
    } else if (length !== null) list.push(name, String(length));
  });
  return fieldLines(list);
}

/**
 * The head of an answer, one character per byte, up to and including the empty line: reason and
 * fields as they are, and what the client's connection needs to know. No field is invented, as
 * RFC 9110 section 6.6.1 leaves Date to the origin server.
 *
 * @param keep whether the connection stays for another request
 */
export function writeResponseHead(
  { status, reason, lines, length, upgrade }: OutgoingResponse,
  framing: Framing,
  { http11 }: Asked,
  keep: boolean,
): string {
  let head = `HTTP/1.1 ${status} ${reason}\r\n${lines}`;
  if (framing.kind === 'chunked') head += 'Transfer-Encoding: chunked\r\n';
  else if (framing.kind === 'length' && length === null) head += 'Content-Length: 0\r\n';
  const option = keep ? (http11 ? '' : 'keep-alive') : 'close';
  if (upgrade !== null) {
    const options = option === '' ? 'Upgrade' : `Upgrade, ${option}`;
    head += `Upgrade: ${upgrade}\r\nConnection: ${options}\r\n`;
  } else if (option !== '') {
    head += `Connection: ${option}\r\n`;
  }
  return `${head}\r\n`;
}

/** The head of a 101. Connection and Upgrade speak of one connection: the client's has its own. */
export function switchingHead({ reason, lines }: OutgoingResponse): string {
  const switched = `Connection: Upgrade\r\nUpgrade: ${WEBSOCKET}\r\n`;
  return `HTTP/1.1 101 ${reason}\r\n${lines}${switched}\r\n`;
}
