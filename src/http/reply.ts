/**
 * A response in the form that costs a runtime least. Code other than the runtime's own gets a
 * `Response` made of it.
 */
export interface LightResponse {
  readonly status: number;
  /** The same as a real `Response`; the same one each time. */
  toResponse(): Response;
}

/** What goes to the client. */
export type Reply = Response | LightResponse;

/** The reply for code that expects the real thing. */
export function responseOf(reply: Reply): Response {
  return 'toResponse' in reply ? reply.toResponse() : reply;
}
