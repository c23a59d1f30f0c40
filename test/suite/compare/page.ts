import { expect, it } from 'vitest';
import type { Report } from '../../../src/compare/report/report.ts';
import type { Respond } from '../../support/origin.ts';
import type { Stage } from '../../support/stage.ts';
import { until } from '../../support/until.ts';
import { changeIn, linkTo, textOf } from '../../unit/ui/report.ts';
import { comparedRoutes } from './routes.ts';

/** A JSON body with a hostile name and value beside a price. */
function priced(price: unknown, name: string): Respond {
  return (_, response) => {
    const body = JSON.stringify({ price, '<b>': name });
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  };
}

/** The view of differences, as a browser gets it. */
export function page(stage: Stage): void {
  const put = comparedRoutes(stage);

  async function got(address: string): Promise<string> {
    const response = await stage.gateway.admin(address.replace('/apisix/', ''));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    return response.text();
  }

  /** Shows what a link of the page leads to: the view of that address. */
  const follow = (href: string) => got(href.replace('/apisix/ui?', '/apisix/ui/view?'));

  it('shows what differs, with both values', async () => {
    const [ours, theirs] = [priced(1, '<i>'), priced('1', '\u202e</i>')];
    const { id, get, reported } = await put(ours, theirs);
    await get('/orders/17', { headers: { 'x-request-id': 'order-17' } });
    await reported(1);
    const html = await got(`/apisix/ui/view?view=differences&route=${id}`);
    expect(textOf(html)).toContain('1 of 1 pairs differ');
    expect(html).not.toMatch(/<[bi]>/);
    const price = await follow(linkTo(html, '/price'));
    expect(price).toContain('<mark>1</mark>');
    expect(price).toContain('<mark>&quot;1&quot;</mark>');
    expect(textOf(price)).toContain('order-17');
    const name = await follow(linkTo(html, '/<b>'));
    expect(name).toContain('&quot;<mark>&lt;</mark>i&gt;&quot;');
    expect(name).toContain('&quot;<mark>\\u202e&lt;/</mark>i&gt;&quot;');
  });

  it('saves the report of one mirror in three forms', async () => {
    const { id, get, reported } = await put(priced(1, 'a'), priced('1', 'a'));
    await get('/a');
    await reported(1);
    const html = await got(`/apisix/ui/view?view=differences&route=${id}`);
    const json = JSON.parse(await got(linkTo(html, 'Save as JSON'))) as Report;
    expect(json.mirrors).toMatchObject([{ route: id, pairs: 1, different: 1 }]);
    const markdown = await got(linkTo(html, 'Save as Markdown'));
    expect(markdown.match(/^## .*/gm)).toHaveLength(1);
    expect(await got(linkTo(html, 'Save as HTML'))).toMatch(/^<!doctype html>[^]*<\/html>$/);
    const file = await stage.gateway.admin(`ui/report.html?route=${id}`);
    expect(file.headers.get('content-disposition')).toMatch(
      new RegExp(`^attachment; filename="proxy-mirror-report-${id}-[^"]+\\.html"$`),
    );
    expect(await file.text()).toContain(id);
  });

  it('ignores a place by the request that its confirmation shows', async () => {
    const { id, get, reported } = await put(priced(1, 'a'), priced('1', 'a'));
    await get('/a');
    await reported(1);
    const html = await got(`/apisix/ui/view?view=differences&route=${id}`);
    const confirmation = await got(linkTo(html, 'Ignore this place'));
    const { path, ...change } = changeIn(confirmation);
    const { status } = await stage.gateway.admin(path, change);
    expect(status).toBe(200);
    // On Workers an isolate takes up a change a little later.
    let pairs = 1;
    await until(
      async () => {
        await get('/a');
        pairs += 1;
        return (await reported(pairs)).noise_only > 0;
      },
      30_000,
      'a pair in which the place is ignored',
    );
    const ignored = await got(`/apisix/ui/view?view=differences&route=${id}&noise=shown`);
    expect(textOf(ignored)).toContain('/price type, ignored from now on');
  });
}
