import type { FailureKind, TransportError } from './transport.ts';

/** Statuses of the gateway's own error responses. The texts are APISIX's, or nginx's where APISIX has none. */
const TEXTS = {
  400: '400 Bad Request',
  404: '404 Route Not Found',
  408: '408 Request Time-out',
  414: '414 Request-URI Too Large',
  417: '417 Expectation Failed',
  421: '421 Misdirected Request',
  431: '431 Request Header Fields Too Large',
  500: '500 Internal Server Error',
  501: '501 Not Implemented',
  502: '502 Bad Gateway',
  503: '503 Service Unavailable',
  504: '504 Gateway Time-out',
  505: '505 HTTP Version Not Supported',
} as const;

export type GatewayStatus = keyof typeof TEXTS;

/** Status for each kind of failure of a server. If a name cannot be resolved, the upstream has no node: 503. */
const STATUS_OF_FAILURE: Readonly<Record<FailureKind, GatewayStatus>> = {
  connect: 502,
  dns: 503,
  tls: 502,
  timeout: 504,
  reset: 502,
  protocol: 502,
  shutdown: 503,
};

/**
 * Status for a request that no server responded to: 503 if the servers are not to blame, e.g. since this process has
 * no descriptor left, else what fits the failure.
 */
export function statusOfFailure({ kind, blameless }: TransportError): GatewayStatus {
  return blameless ? 503 : STATUS_OF_FAILURE[kind];
}

/** The JSON body of an error response. */
export function errorBody(status: GatewayStatus): string {
  return `{"error_msg":"${TEXTS[status]}"}\n`;
}

/** The error response for the client. Causes and addresses appear only in the log. */
export function gatewayError(status: GatewayStatus): Response {
  return new Response(errorBody(status), {
    status,
    headers: { 'content-type': 'application/json' },
  });
}
