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
import { WEBSOCKET } from '../../http/websocket.ts';
import { type Reply, responseOf } from '../../http/messages.ts';
import type { BodySource } from '../../http/upload.ts';
import { webBody } from '../../http/web-body.ts';
import { BodyPipe } from '../body-pipe.ts';
import { lastChunk, ONE_PIECE_BYTES, onePiece, writeChunk } from '../body-writer.ts';
import { recycle } from '../read-buffer.ts';
import { fieldLines, parseFieldLines } from '../fields.ts';
import type { RequestBasics, Framing } from '../framing.ts';
import { RelayedResponse } from '../relayed-response.ts';

/**
 * Most bytes of one write. `drain` comes only once whole writes were sent, and a stream may have chunks of any size: a
 * slow client would seem to take nothing, and time out.
 */
const STRIDE_BYTES = 64 * 1024;

/**
 * Writes a response: in one write if all of it has arrived, else as it arrives and at the client's pace.
 *
 * @param taken resolves when the client has taken what was written, or the socket is closed
 * @returns `null` if everything is written; else a promise. It rejects if the body breaks off or does not have the
 * length that its head states: call `breakOff` then, so that a truncated body never looks complete
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
  // Below, the buffered part of the body goes out with the head.
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
 * Ends a connection in the middle of a body. If the end of the connection would mark the end of the body, only a reset
 * tells the client that a part is missing (RFC 9112 section 8).
 */
export function breakOff(socket: Socket, { kind }: Framing): void {
  if (kind === 'close') socket.resetAndDestroy();
  else socket.destroy();
}

/** @returns bytes of the body that were written */
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
    // Chunks of a pipe have one reader, and an empty socket buffer means that this one was sent.
    if (body instanceof BodyPipe && socket.writableLength === 0 && !socket.destroyed)
      recycle(chunk);
  }
  if (framing.kind === 'length' && left !== 0) throw wrongLength();
  if (chunked) socket.write(lastChunk(body.trailers), 'latin1');
}

function wrongLength(): Error {
  return new Error('a body of another length than its head says');
}

/** A response as it is written, without the fields that concern the client's connection. */
export interface OutgoingResponse {
  readonly status: number;
  readonly reason: string;
  /** The field lines, each with its CRLF. */
  readonly lines: string;
  /** Bytes of the body by Content-Length, if the response has that field. */
  readonly length: number | null;
  readonly body: BodySource | null;
  /** The protocols that a 426 asks for. */
  readonly upgrade: string | null;
}

/**
 * What to write for a reply: the raw fields and body of a relayed response, or those of a web `Response`.
 *
 * @throws TypeError if it is not a response, or its body was used
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

/** For a relayed response that other code had as a web `Response`: its body is unused, its fields may have changed. */
function outgoingSeen(response: Response, relayed: RelayedResponse): OutgoingResponse {
  const { head, pipe } = relayed;
  const seen = headOf(response);
  const before = linesOf(webHeaders(parseFieldLines(head.lines)), head.length);
  const same = seen.lines === before && seen.upgrade === head.upgrade;
  return same ? outgoingRelayed(relayed) : { ...seen, body: pipe };
}

/** @throws TypeError if the body was used or is locked */
function outgoingWeb(response: Response): OutgoingResponse {
  // Before the body: on Bun, accessing that would remove the Content-Type of a blob.
  const head = headOf(response);
  const { body, bodyUsed } = response;
  if (bodyUsed || body?.locked === true) throw new TypeError('the body was read by somebody else');
  return { ...head, body: body === null ? null : webBody(response) };
}

function headOf({ status, statusText, headers }: Response): Omit<OutgoingResponse, 'body'> {
  const length = mayHaveLength(status) ? lengthOf(headers.get('content-length') ?? '') : null;
  return {
    status,
    // `statusText` is empty unless it was set.
    reason: statusText === '' ? (STATUS_CODES[status] ?? '') : statusText,
    lines: linesOf(headers, length),
    length,
    upgrade: status === 426 ? headers.get('upgrade') : null,
  };
}

/**
 * A complete error response, head and body, that closes the connection.
 *
 * @param method method of the request, if it is known: HEAD gets no body (RFC 9110 section 9.3.2)
 */
export function errorResponse(status: GatewayStatus, method?: string): string {
  const body = errorBody(status);
  const head =
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
  return method === 'HEAD' ? head : head + body;
}

/** @param length value for Content-Length; `null`: the field is dropped */
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
 * The head of a response with its empty line, one character per byte: reason and fields unchanged, plus the fields for
 * framing and connection. No other field is added; Date is the origin server's (RFC 9110 section 6.6.1).
 *
 * @param keep whether the connection is kept for another request
 */
export function writeResponseHead(
  { status, reason, lines, length, upgrade }: OutgoingResponse,
  framing: Framing,
  { http11 }: RequestBasics,
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

/** The head of a 101. Connection and Upgrade are hop-by-hop fields, so they are written anew. */
export function switchingHead({ reason, lines }: OutgoingResponse): string {
  const switched = `Connection: Upgrade\r\nUpgrade: ${WEBSOCKET}\r\n`;
  return `HTTP/1.1 101 ${reason}\r\n${lines}${switched}\r\n`;
}
