import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { parsePair } from '../../../../src/runtime/sockets/pem.ts';
import { authority } from '../../../support/certificate.ts';

const { issue } = authority();
const one = issue('one.test');
const of = { cipher: 'aes-256-cbc', passphrase: 'secret', format: 'pem' } as const;
const pkcs8 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

it('takes a certificate with its key', () => {
  expect(parsePair(one.cert, one.key).subjectAltName).toBe('DNS:one.test');
});

it.each([
  ['a key with a passphrase', pkcs8.export({ type: 'pkcs8', ...of }), /passphrase: .*openssl pkey/],
  ['one in the older form', pkcs8.export({ type: 'sec1', ...of }), /passphrase: .*openssl pkey/],
  ['the key of another', issue('two.test').key, /expected its key, found that of another/],
  ['no key at all', one.cert, /expected its key in PEM, found something else/],
])('says of %s what it is', (_, key, message) => {
  expect(() => parsePair(one.cert, key.toString())).toThrow(message);
});
