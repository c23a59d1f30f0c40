/** Where a connection goes. */
export interface Origin {
  readonly tls: boolean;
  /** A name or an address, without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** What TLS sends and checks; `''`: nothing is sent, and the certificate has to be the address's. */
  readonly serverName: string;
}

/** @example parseOrigin('https://[::1]', '') // { tls: true, hostname: '::1', port: 443, serverName: '' } */
export function parseOrigin(origin: string, serverName: string): Origin {
  const { protocol, hostname, port } = new URL(origin);
  const tls = protocol === 'https:';
  return {
    tls,
    hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    port: port === '' ? (tls ? 443 : 80) : Number(port),
    serverName,
  };
}
