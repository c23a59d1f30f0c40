import { expect, it } from 'vitest';
import { chart } from '../../../bench/throughput/chart.ts';

const svg = chart(
  [
    {
      title: 'GET <1>',
      bars: [
        { name: 'a', value: 2, ours: true },
        { name: 'b', value: 0.5, ours: false },
        { name: 'c', value: null, ours: false },
      ],
    },
  ],
  'a & b',
);

it('draws bars as long as their values, and a line where the value is 1', () => {
  const widths = Array.from(svg.matchAll(/<rect [^>]*width="([\d.]+)"/g), ([, width]) =>
    Number(width),
  );
  expect(widths).toHaveLength(3);
  expect(widths[0]! / widths[1]!).toBeCloseTo(4);
  expect(widths[2]).toBe(0);
  const left = Number(/<rect [^>]* x="(\d+)"/.exec(svg)![1]);
  const unit = Number(/<line [^>]*x1="([\d.]+)"/.exec(svg)![1]);
  expect(unit - left).toBeCloseTo(widths[0]! / 2);
  expect(svg).toContain('>failed</text>');
});

it('escapes what it is given, and fits pages of either brightness', () => {
  expect(svg).toContain('GET &lt;1>');
  expect(svg).toContain('a &amp; b');
  expect(svg).toContain('prefers-color-scheme: dark');
});
