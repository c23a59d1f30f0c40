import { expect, it } from 'vitest';
import { readExposition } from '../../support/exposition.ts';

const gauge = (...samples: string[]) => page('gauge', ...samples);
const histogram = (...samples: string[]) => page('histogram', ...samples);

function page(type: string, ...samples: string[]): string {
  return ['# HELP a A.', `# TYPE a ${type}`, ...samples, ''].join('\n');
}

it('reads labels and values', () => {
  expect(readExposition(gauge('a{b="1\\n\\"\\\\",c=""} -1.5e-07', 'a +Inf'))).toEqual([
    { name: 'a', labels: { b: '1\n"\\', c: '' }, value: -1.5e-7 },
    { name: 'a', labels: {}, value: Infinity },
  ]);
  const whole = histogram('a_bucket{le="1"} 1', 'a_bucket{le="+Inf"} 2', 'a_sum 3', 'a_count 2');
  expect(readExposition(whole).map(({ value }) => value)).toEqual([1, 2, 3, 2]);
});

it.each([
  ['no end', '# HELP a A.\n# TYPE a gauge\na 1'],
  ['an empty line', gauge('', 'a 1')],
  ['no type', 'a 1\n'],
  ['a type after the samples', 'a 1\n# HELP a A.\n# TYPE a gauge\n'],
  ['a type without help', '# TYPE a gauge\na 1\n'],
  ['an unknown type', page('nonsense', 'a 1')],
  ['a family twice', gauge('a 1') + gauge('a{b="1"} 1')],
  ['a sample of another family', gauge('b 1')],
  ['a series twice', gauge('a{b="1",c="2"} 1', 'a{c="2",b="1"} 2')],
  ['a label twice', gauge('a{b="1",b="2"} 1')],
  ['no number', gauge('a x')],
  ['a number in another base', gauge('a 0x10')],
  ['a name that is none', gauge('9a 1')],
  ['an open label', gauge('a{b="1} 1')],
  ['labels without a comma', gauge('a{b="1"c="2"} 1')],
  ['an unknown escape', gauge('a{b="\\t"} 1')],
  ['a counter below 0', page('counter', 'a -1')],
  ['buckets that fall', histogram('a_bucket{le="1"} 5', 'a_bucket{le="+Inf"} 1', 'a_count 1')],
  ['bounds out of order', histogram('a_bucket{le="2"} 1', 'a_bucket{le="1"} 1', 'a_count 1')],
  ['a count that differs', histogram('a_bucket{le="+Inf"} 1', 'a_sum 1', 'a_count 2')],
  ['no bucket for all', histogram('a_bucket{le="1"} 1', 'a_sum 1', 'a_count 1')],
  ['no count', histogram('a_bucket{le="+Inf"} 1', 'a_sum 1')],
])('refuses %s', (_, text) => {
  expect(() => readExposition(text)).toThrow();
});
