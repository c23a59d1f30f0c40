import { createPrivateKey, X509Certificate } from 'node:crypto';

/** A text is not what it should be. The message says what was expected and found, and shows nothing of the text. */
export class PemError extends Error {
  override readonly name = 'PemError';
  readonly of: 'certificate' | 'key';

  constructor(of: PemError['of'], message: string) {
    super(message);
    this.of = of;
  }
}

/** Both forms of a key that has a passphrase: PKCS #8, and OpenSSL's own. */
const ENCRYPTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

const PROTECTED =
  'one with a passphrase: keep a copy without it, readable for the gateway alone (openssl pkey -in KEY -out COPY)';

/**
 * Parses a certificate and its key, PEM texts.
 *
 * @throws PemError
 */
export function parsePair(cert: string, key: string): X509Certificate {
  const certificate = parseCertificate(cert);
  if (ENCRYPTED.test(key)) throw new PemError('key', `expected its key in PEM, found ${PROTECTED}`);
  const privateKey = attempt('key', 'its key in PEM', () => createPrivateKey(key));
  // Not every runtime notices this before the first handshake.
  if (certificate.checkPrivateKey(privateKey)) return certificate;
  throw new PemError('key', 'expected its key, found that of another certificate');
}

/** @throws PemError */
export function parseCertificate(text: string): X509Certificate {
  return attempt('certificate', 'a certificate in PEM', () => new X509Certificate(text));
}

/** What OpenSSL says of a text that is none of its is no help to anybody. */
function attempt<T>(of: PemError['of'], expected: string, parse: () => T): T {
  try {
    return parse();
  } catch {
    throw new PemError(of, `expected ${expected}, found something else`);
  }
}
