import { cgiName } from './fields.ts';

/** Fields that proxies (RFC 9110 section 7.6.3, RFC 7239) and CDNs (RFC 8586) should add. */
const COMMON: ReadonlySet<string> = new Set(['forwarded', 'x-forwarded', 'via', 'cdn-loop']);

/** Name prefixes used by load balancers, Kubernetes ingresses and CDNs. */
const FAMILY = /^(?:(?:x-)?forwarded-|x-original-|x-envoy-|cf-|cloudfront-|x-amz-cf-|fastly-)/;

/** Such as `X-Real-IP`, `True-Client-IP`, `X-Client-IP`, `Fly-Client-IP`, `X-Cluster-Client-Ip`, `Remote-Addr`. */
const CLIENT_ADDRESS = /(?:real|client|remote|connecting|user|source)-?(?:ip|addr)$/;

/**
 * True for a field that an intermediary adds to announce itself or the client it forwards for, and for a name
 * that CGI applications read as such a field (`X_Real_IP`).
 *
 * @param name in lower case
 */
export function comesFromProxy(name: string): boolean {
  const plain = cgiName(name);
  return COMMON.has(plain) || FAMILY.test(plain) || CLIENT_ADDRESS.test(plain);
}
