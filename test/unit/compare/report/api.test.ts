import { describe, expect, it } from 'vitest';
import { reportApi } from '../../../../src/compare/report/api.ts';
import type { Report } from '../../../../src/compare/report/report.ts';
import { createReportSums } from '../../../../src/compare/report/sums.ts';
import { compared, difference, pair } from './pairs.ts';

function appOf() {
  const sums = createReportSums();
  sums.pair(pair(compared(difference('/a'))));
  sums.pair(pair(compared(), { route: '2', mirror: 'http://other.example' }));
  const api = reportApi({ report: async (filter) => sums.report(filter), reset: sums.reset });
  const request = async (path: string, method = 'GET') =>
    api[method]!(new Request(`http://localhost${path}`, { method }));
  return { sums, request };
}

const PATH = '/apisix/admin/report';

describe('GET', () => {
  it.each([
    ['', ['1', '2']],
    ['?route=2', ['2']],
    ['?mirror=http%3A%2F%2Fother.example', ['2']],
    ['?route=1&mirror=http://other.example', []],
    ['?route=', []],
  ])('%s', async (query, routes) => {
    const response = await appOf().request(PATH + query);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const { mirrors } = (await response.json()) as Report;
    expect(mirrors.map(({ route }) => route)).toEqual(routes);
  });

  it('refuses parameters that it does not know', async () => {
    const response = await appOf().request(`${PATH}?route=1&mirrors=x`);
    expect([response.status, await response.json()]).toEqual([
      400,
      { error_msg: 'query parameter: expected route or mirror, found "mirrors"' },
    ]);
  });
});

describe('DELETE', () => {
  it('begins anew', async () => {
    const { request, sums } = appOf();
    const response = await request(PATH, 'DELETE');
    expect([response.status, await response.json()]).toEqual([200, { deleted: true }]);
    expect(sums.report().mirrors).toEqual([]);
  });

  it('deletes nothing where a filter asks for a part', async () => {
    const { request, sums } = appOf();
    const response = await request(`${PATH}?route=1`, 'DELETE');
    expect(response.status).toBe(400);
    expect(sums.report().mirrors).toHaveLength(2);
  });
});
