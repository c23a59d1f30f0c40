import { cgiName } from './fields.ts';

/** What every proxy (RFC 9110 section 7.6.3, RFC 7239) and every CDN (RFC 8586) adds, or ought to. */
const COMMON: ReadonlySet<string> = new Set(['forwarded', 'x-forwarded', 'via', 'cdn-loop']);

/** Families: of load balancers, of Kubernetes' ingresses, and of the CDNs that have one. */
const FAMILY = /^(?:x-forwarded-|x-original-|x-envoy-|cf-|cloudfront-|x-amz-cf-|fastly-)/;

/** `X-Real-IP`, `True-Client-IP`, `X-Client-IP`, `Fly-Client-IP`, `X-Cluster-Client-Ip`, `Remote-Addr`. */
const CLIENT_ADDRESS = /(?:real|client|remote|connecting|user|source)-?(?:ip|addr)$/;

/**
 * True for a field by which whoever stands between a client and us says that it does, or for whom; also for one that
 * CGI and its kin take for such a field (`X_Real_IP`).
 *
 * @param name in lower case
 */
export function comesFromProxy(name: string): boolean {
  const plain = cgiName(name);
  return COMMON.has(plain) || FAMILY.test(plain) || CLIENT_ADDRESS.test(plain);
}
