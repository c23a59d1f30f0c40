import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

/** A key and its certificate, as PEM. */
export interface Certified {
  readonly key: string;
  readonly cert: string;
}

/** A certificate authority for a test; clients must be configured to trust it. */
export interface Authority {
  /** Its certificate, as PEM. */
  readonly cert: string;
  /** A certificate for names and IPv4 addresses, signed by the authority. */
  issue(...hosts: readonly string[]): Certified;
}

/** Creates an authority (RFC 5280), so that tests need neither a program for it nor certificates that expire. */
export function authority(name = 'Authority of a test'): Authority {
  const issuer = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    cert: certificate(name, issuer.publicKey, issuer.privateKey, [
      extension('2.5.29.19', true, sequence(der(0x01, Buffer.of(0xff)))),
    ]),
    issue(...hosts) {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const names = extension('2.5.29.17', false, sequence(...hosts.map(alternativeName)));
      return {
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        cert: certificate('Server of a test', publicKey, issuer.privateKey, [names], name),
      };
    },
  };
}

function certificate(
  subject: string,
  key: KeyObject,
  signer: KeyObject,
  extensions: readonly Buffer[],
  issuer = subject,
): string {
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'));
  const signed = sequence(
    der(0xa0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(15)])),
    algorithm,
    commonName(issuer),
    sequence(utcTime(-1), utcTime(365)),
    commonName(subject),
    key.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', signed, signer);
  const bytes = sequence(signed, algorithm, der(0x03, Buffer.of(0), signature));
  const lines = bytes.toString('base64').match(/.{1,64}/g)!;
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function alternativeName(host: string): Buffer {
  if (isIP(host) === 4) return der(0x87, Buffer.from(host.split('.').map(Number)));
  return der(0x82, Buffer.from(host));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  const flag = critical ? [der(0x01, Buffer.of(0xff))] : [];
  return sequence(oid(id), ...flag, der(0x04, value));
}

function commonName(name: string): Buffer {
  return sequence(der(0x31, sequence(oid('2.5.4.3'), der(0x0c, Buffer.from(name)))));
}

function utcTime(days: number): Buffer {
  const time = new Date(Date.now() + days * 86_400_000).toISOString();
  return der(0x17, Buffer.from(`${time.slice(2, 19).replaceAll(/\D/g, '')}Z`));
}

function oid(text: string): Buffer {
  const [first, second, ...rest] = text.split('.').map(Number);
  const bytes = rest.flatMap((arc) => {
    const sevenBits = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) sevenBits.unshift(0x80 | (left & 0x7f));
    return sevenBits;
  });
  return der(0x06, Buffer.of(first! * 40 + second!, ...bytes));
}

function integer(value: Buffer): Buffer {
  return der(0x02, value);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

/** Tag, length and value (X.690), with the shortest form of the length. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  const { length } = value;
  const long = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...(length < 0x80 ? [length] : long)), value]);
}
