import { expect, it } from 'vitest';
import { instanceId } from '../../../src/request/instance-id.ts';

it('is one id for each gateway', () => {
  const [one, other] = [instanceId(), instanceId()];
  expect(one()).toMatch(/^[\da-f-]{36}$/);
  expect(one()).toBe(one());
  expect(other()).not.toBe(one());
});
