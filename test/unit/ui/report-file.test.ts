import { expect, it } from 'vitest';
import { reportName } from '../../../src/ui/report-file.ts';

const TEN_PAST_TEN = Date.UTC(2026, 10, 27, 22, 10, 59);

const MIRROR = 'http://127.0.0.1:9797';

it.each([
  ['', 'proxy-mirror-report-2026-11-27T22-10Z.json'],
  ['route=shop', 'proxy-mirror-report-shop-2026-11-27T22-10Z.json'],
  [
    `route=shop&mirror=${MIRROR}/v2`,
    'proxy-mirror-report-shop-127.0.0.1-9797-v2-2026-11-27T22-10Z.json',
  ],
  ['mirror=https://[::1]:9797', 'proxy-mirror-report-1-9797-2026-11-27T22-10Z.json'],
  // Nobody's name for a route ends the field, or leads to another folder.
  [
    `route=${encodeURIComponent('../a"\r\nb')}`,
    'proxy-mirror-report-..-a-b-2026-11-27T22-10Z.json',
  ],
  [`route=${'r'.repeat(100)}`, `proxy-mirror-report-${'r'.repeat(64)}-2026-11-27T22-10Z.json`],
])('names the file of a report by what it is of and when (%s)', (query, name) => {
  expect(reportName('json', new URLSearchParams(query), TEN_PAST_TEN)).toBe(name);
});
