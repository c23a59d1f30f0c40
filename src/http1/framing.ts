/** Where a body ends (RFC 9112 section 6.3). */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  /** Nothing says where it ends: when the connection does. */
  | { readonly kind: 'close' }
  /** None: what follows is another protocol (RFC 9110 section 15.2.2). */
  | { readonly kind: 'switched' };
