import { type BigIntStats, readFileSync, statSync } from 'node:fs';
import { type ConnectionOptions, createSecureContext, type SecureContext } from 'node:tls';
import type { Destination, DestinationFault, TlsConfig } from '../../http/destination.ts';
import { parseCertificate, parsePair, PemError } from './pem.ts';

/** Attributes that hold PEM, or the path of a PEM file. */
type Attribute = 'ca' | 'client_cert' | 'client_key';
const ATTRIBUTES: readonly Attribute[] = ['ca', 'client_cert', 'client_key'];

/** A chain of certificates has some kilobytes, all authorities that browsers know 200 KiB. */
const MAX_FILE_BYTES = 1024 * 1024;

/** What the admin API shows in place of a key. */
const HIDDEN = '(hidden)';

/** Certificates as they were read last. */
interface Loaded {
  readonly context: SecureContext;
  /** State of the files; `''` if there are none. */
  readonly stamp: string;
}

/** TLS of connections to upstreams and mirrors, as `tls` says. Files are read again when they have changed. */
export class ClientTls {
  readonly #loaded = new WeakMap<TlsConfig, Loaded>();

  /** What is wrong with the TLS of a destination; `null` if nothing is. Shows nothing of keys. */
  readonly faultOf = ({ tls }: Destination): DestinationFault | null => {
    if (tls === null) return null;
    try {
      this.#load(tls);
      return null;
    } catch (error) {
      if (!(error instanceof AttributeError)) throw error;
      return { path: ['tls', error.attribute], message: error.message };
    }
  };

  /**
   * The options of a new connection. While files that have changed cannot be used, e.g. since only one of two was
   * replaced yet, the last good ones stay in use.
   *
   * @throws AttributeError if there have been no good ones
   */
  readonly options = (tls: TlsConfig): ConnectionOptions => ({
    secureContext: this.#context(tls),
    rejectUnauthorized: tls.verify !== false,
  });

  #context(tls: TlsConfig): SecureContext {
    const loaded = this.#loaded.get(tls);
    if (loaded === undefined) return this.#load(tls);
    if (loaded.stamp === stampOf(tls)) return loaded.context;
    try {
      return this.#load(tls);
    } catch {
      return loaded.context;
    }
  }

  #load(tls: TlsConfig): SecureContext {
    const stamp = stampOf(tls);
    const context = contextOf(tls);
    this.#loaded.set(tls, { context, stamp });
    return context;
  }
}

/** An attribute of `tls` cannot be used. The message shows nothing of its value. */
class AttributeError extends Error {
  readonly attribute: Attribute;

  constructor(attribute: Attribute, message: string, cause?: unknown) {
    super(message, { cause });
    this.attribute = attribute;
  }
}

/** @throws AttributeError */
function contextOf(tls: TlsConfig): SecureContext {
  const [ca, cert, key] = ATTRIBUTES.map((name) => contents(name, tls[name]));
  if (ca !== undefined) of('ca', 'ca', () => parseCertificate(ca));
  if (cert !== undefined && key !== undefined)
    of('client_cert', 'client_key', () => parsePair(cert, key));
  else if (cert !== undefined) throw lacking('client_key', 'client_cert');
  else if (key !== undefined) throw lacking('client_cert', 'client_key');
  return createSecureContext({
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert, key }),
  });
}

/** Says of which attribute a text is that cannot be parsed. */
function of(certificate: Attribute, key: Attribute, parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    if (!(error instanceof PemError)) throw error;
    throw new AttributeError(error.of === 'key' ? key : certificate, error.message, error);
  }
}

function lacking(attribute: Attribute, given: Attribute): AttributeError {
  return new AttributeError(attribute, `expected this beside ${given}, found nothing`);
}

function isPath(value: string): boolean {
  return !value.includes('-----BEGIN ');
}

/** The PEM text of an attribute. */
function contents(attribute: Attribute, value: string | undefined): string | undefined {
  if (value === undefined || !isPath(value)) return value;
  if (value === HIDDEN) {
    const what = 'what is shown in place of a key: send the key itself, or PATCH what is to change';
    throw new AttributeError(attribute, `expected PEM, or the path of a PEM file, found ${what}`);
  }
  try {
    const stats = statSync(value);
    if (!stats.isFile()) throw new TypeError('no file');
    if (stats.size > MAX_FILE_BYTES) throw new RangeError(`more than ${MAX_FILE_BYTES} bytes`);
    return readFileSync(value, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const found = `no file that can be read (${code ?? message})`;
    throw new AttributeError(
      attribute,
      `expected PEM, or the path of a PEM file, found ${found}`,
      error,
    );
  }
}

/** Identifies the state of the files that `tls` names, without reading them. */
function stampOf(tls: TlsConfig): string {
  const paths = ATTRIBUTES.map((name) => tls[name] ?? '').filter((value) => value && isPath(value));
  return paths.map(fileStamp).join();
}

function fileStamp(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs }: BigIntStats = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(':');
  } catch {
    return 'unreadable';
  }
}
