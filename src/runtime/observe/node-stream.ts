/**
 * A Node server's own stream of a body, which some give to the app beside the web request
 * (`c.env.incoming` of @hono/node-server).
 */
export interface NodeStream {
  /** `null` until somebody listens, pipes, or pauses it. */
  readonly readableFlowing: boolean | null;
  /** True once bytes were read from it, in whatever way. */
  readonly readableDidRead: boolean;
}

/** The stream that the app can read in place of the request, if it was given one. */
export function nodeStreamOf(env: unknown): NodeStream | null {
  const stream = (env as { readonly incoming?: Partial<NodeStream> } | null | undefined)?.incoming;
  return typeof stream?.readableDidRead === 'boolean' ? (stream as NodeStream) : null;
}

export function isBeingRead({ readableFlowing, readableDidRead }: NodeStream): boolean {
  return readableFlowing !== null || readableDidRead;
}
