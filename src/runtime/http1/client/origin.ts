/** Where a connection goes. */
export interface Origin {
  readonly tls: boolean;
  /** A name or an address, without brackets. */
  readonly hostname: string;
  readonly port: number;
}

/** @example parseOrigin('https://[::1]') // { tls: true, hostname: '::1', port: 443 } */
export function parseOrigin(origin: string): Origin {
  const { protocol, hostname, port } = new URL(origin);
  const tls = protocol === 'https:';
  return {
    tls,
    hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    port: port === '' ? (tls ? 443 : 80) : Number(port),
  };
}
