import { expect, it } from 'vitest';
import { random } from '../../support/random.ts';
import { changes, randomValue, type Value, written } from './random-json.ts';
import { compare, json, redact } from './responses.ts';

const SECRET = 'hunter2secret';

const text = (value: string): Value => ({ kind: 'scalar', text: JSON.stringify(value) });
const object = (members: Record<string, Value>): Value => ({
  kind: 'object',
  members: Object.entries(members),
});
const array = (...elements: Value[]): Value => ({ kind: 'array', elements });

it('shows no secret, whatever else differs', async () => {
  const next = random(9);
  const any = () => randomValue(next, 2);
  const rules = { ...redact({ json: ['/user', '/list/*/pin', '/**/password'], query: ['token'] }) };
  let shown = 0;
  for (let i = 0; i < 12; i += 1) {
    const value = object({
      user: object({ [SECRET]: any(), in: array(text(SECRET), any()) }),
      list: array(object({ pin: text(SECRET), in: any() }), any()),
      deep: array(array(object({ password: text(`${SECRET} and more`), other: any() }))),
      url: text(`https://a.example/b?x=1&token=${SECRET}#c`),
      other: any(),
    });
    const others = [any(), object({}), array(), ...changes(value).map((change) => change.value)];
    for (const other of others) {
      const pair = [json(written(value, next)), json(written(other, next))] as const;
      for (const [primary, mirror] of [
        pair,
        pair.toReversed() as [(typeof pair)[0], (typeof pair)[1]],
      ]) {
        const comparison = JSON.stringify(await compare(primary, mirror, rules));
        expect(comparison, written(other, next)).not.toContain(SECRET);
        if (/#[\da-f]{8}/.test(comparison)) shown += 1;
      }
    }
  }
  expect(shown).toBeGreaterThan(500);
});
