import { constants, type X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import {
  createSecureContext,
  type SecureContext,
  TLSSocket,
  type TLSSocketOptions,
} from 'node:tls';
import { type Certificate, CertificateError } from '../server.ts';
import { GatedSocket } from './gated-socket.ts';
import { parseClientHello } from './client-hello.ts';
import { parsePair, type PemError } from './pem.ts';

/** What Mozilla calls intermediate, without ciphers that lack forward secrecy or authenticate only after decrypting. */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/** What clients can choose by ALPN (RFC 7301). Some that are told to speak HTTP/1.0 offer nothing else, such as curl. */
const PROTOCOLS = ['h2', 'http/1.1', 'http/1.0'];

/** A certificate that is ready to be used. */
interface Identity {
  /** In lower case. */
  readonly names: ReadonlySet<string>;
  readonly context: SecureContext;
}

/** Ends TLS of accepted connections, with the certificate whose names the client asks for, else the first. */
export class TlsEnd {
  readonly #onFailure: (reason: string) => void;
  readonly #begin: (socket: Socket, options: TLSSocketOptions) => TLSSocket;
  #identities!: readonly Identity[];

  /**
   * @param certificates at least one
   * @param onFailure called when a handshake fails, with the code or text of the error
   * @param readsOn whether a `TLSSocket` of this runtime reads on while it is paused. Default: no
   * @throws CertificateError
   */
  constructor(
    certificates: readonly Certificate[],
    onFailure: (reason: string) => void = () => {},
    readsOn = false,
  ) {
    this.#begin = readsOn
      ? GatedSocket.secure
      : (socket, options) => new TLSSocket(socket, options);
    this.#onFailure = onFailure;
    this.renew(certificates);
  }

  /** Uses other certificates from now on. Open connections keep theirs. If one cannot be used, nothing changes. */
  renew(certificates: readonly Certificate[]): void {
    this.#identities = certificates.map(identityOf);
  }

  /**
   * Reads the name that a client asks for, before TLS begins: Deno keeps 40 KB for good for each connection with an
   * `SNICallback` that sends no ClientHello. With one certificate, names do not matter.
   */
  get parseHello(): typeof parseClientHello | null {
    return this.#identities.length === 1 ? null : parseClientHello;
  }

  secure(socket: Socket, serverName: string): Socket {
    const secured = this.#begin(socket, {
      isServer: true,
      secureContext: this.#contextFor(serverName),
      ALPNProtocols: PROTOCOLS,
    });
    let isSecure = false;
    secured.once('secure', () => (isSecure = true));
    secured.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      if (!isSecure) this.#onFailure(code ?? message);
    });
    return secured;
  }

  /** Names come from strangers, so that nothing is kept by name. */
  #contextFor(name: string): SecureContext {
    const asked = name.toLowerCase();
    // `*` stands for one label (RFC 9525 section 6.3).
    const anyLabel = `*${asked.slice(asked.indexOf('.'))}`;
    const found = this.#identities.find(({ names }) => names.has(asked) || names.has(anyLabel));
    return (found ?? this.#identities[0]!).context;
  }
}

function identityOf({ cert, key, name = 'a certificate' }: Certificate): Identity {
  const certificate = named(name, () => parsePair(cert, key));
  const context = createSecureContext({
    cert,
    key,
    ciphers: CIPHERS,
    minVersion: 'TLSv1.2',
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  });
  return { names: namesOf(certificate), context };
}

/** The names that a certificate is for: `DNS:a.test, DNS:*.b.test, IP Address:127.0.0.1` without the addresses. */
function namesOf({ subjectAltName = '' }: X509Certificate): ReadonlySet<string> {
  const names = subjectAltName.split(', ').filter((name) => name.startsWith('DNS:'));
  return new Set(names.map((name) => name.slice('DNS:'.length).toLowerCase()));
}

function named<T>(name: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new CertificateError(`${name}: ${(error as PemError).message}`, { cause: error });
  }
}
