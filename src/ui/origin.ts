/**
 * The page's own origin, as the browser knows it and the script sends it: behind a proxy that ends TLS the gateway does not.
 *
 * @example originOf(new URLSearchParams('origin=https://gateway.example')) // 'https://gateway.example'
 */
export function originOf(query: URLSearchParams): string {
  const origin = query.get('origin') ?? '';
  return /^https?:\/\/[\w.:[\]-]+$/.test(origin) ? origin : 'http://127.0.0.1:9080';
}
