import type { IncomingMessage } from 'node:http';
import type { Tap, Upload } from '../../http/upload.ts';

/** A request body on Node: the message itself is the stream. */
export class NodeUpload implements Upload {
  readonly length: number | null;
  readonly stream: IncomingMessage;

  constructor(message: IncomingMessage, length: number | null) {
    this.stream = message;
    this.length = length;
  }

  get consumed(): boolean {
    return this.stream.readableDidRead;
  }

  /** The listener drops what is left once the client has its answer. */
  cancel(): void {}

  /**
   * Listens beside the reader instead of standing between client and upstream: whoever pauses the
   * stream pauses both, and no byte is handled twice. `pause()` keeps the listener itself from
   * starting the flow before there is a reader.
   */
  tap(tap: Tap): void {
    const { stream } = this;
    let ended = false;
    const end = (whole: boolean) => {
      if (ended) return;
      ended = true;
      tap.end(whole);
    };
    stream.pause();
    stream.on('data', (chunk: Uint8Array) => tap.chunk(chunk));
    stream.once('end', () => end(stream.complete));
    stream.once('close', () => end(false));
  }
}
