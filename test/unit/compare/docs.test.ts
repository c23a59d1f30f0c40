import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compileFieldRules } from '../../../src/compare/fields.ts';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

it('docs/comparing.md lists the fields that are not compared', () => {
  const [, section] = /<!-- fields -->([\s\S]*)<!-- \/fields -->/.exec(read('docs/comparing.md'))!;
  const listed = Array.from(section!.matchAll(/`([^`]+)`/g), ([, name]) => name!);
  expect(listed).toEqual([...new Set(listed)].toSorted());
  expect(listed.length).toBeGreaterThan(50);
  const { compares } = compileFieldRules({ ignore: [] }, true);
  expect(listed.filter((name) => compares(name))).toEqual([]);
  const words = read('src/compare/fields.ts').match(/[a-z][a-z\d-]+/g)!;
  const source = words.filter((word) => !compares(word));
  expect(source.filter((name) => !listed.includes(name))).toEqual([]);
});
