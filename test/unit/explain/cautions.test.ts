import { expect, it } from 'vitest';
import { cautionsOf } from '../../../src/explain/cautions.ts';

const headers = ['Host', 'a', 'Authorization', 'Bearer b'];

it('says which credentials a mirror gets', () => {
  expect(cautionsOf({ method: 'GET', headers })).toEqual([
    'The mirror gets credentials (Authorization). "headers": {"remove": ["authorization"]} in proxy-mirror keeps them back.',
  ]);
});

it('says that it gets hashes in their place', () => {
  expect(cautionsOf({ method: 'GET', headers }, true)).toEqual([
    '"redact" replaces values of this copy by hashes before it is sent.',
  ]);
});
