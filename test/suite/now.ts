import { expect, it } from 'vitest';
import type { Report } from '../../src/compare/report/report.ts';
import type { TestRuntime } from '../runtimes/runtime.ts';
import { send } from '../support/client.ts';
import { origin, type Respond } from '../support/origin.ts';
import { sample, settled } from '../support/outcomes.ts';
import { freePort } from '../support/ports.ts';
import { stage as set } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { changeIn, linkTo, textOf } from '../unit/ui/report.ts';

/** The page's view of what is mirrored now, as a browser gets it. */
export function now(runtime: TestRuntime): void {
  const stage = set(runtime);

  async function got(address: string): Promise<string> {
    const response = await stage.gateway.admin(address.replace('/apisix/', ''));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.headers.get('cache-control')).toBe('no-store');
    return response.text();
  }
  /** The row of a route, which no other route's id may begin with. */
  const row = (id: string) => got(`/apisix/ui/view?view=now&text=${id}`);

  /** Waits until the row has a text: copies end after their requests, and changes come later to Workers. */
  async function shows(id: string, text: string | RegExp): Promise<string> {
    let shown = '';
    const has = async () => {
      // A number stays in the line of its unit.
      shown = textOf(await row(id)).replaceAll('\u00a0', ' ');
      return typeof text === 'string' ? shown.includes(text) : text.test(shown);
    };
    await until(has, 30_000, String(text)).catch((error: Error) => {
      throw new Error(`${error.message} in ${shown}`);
    });
    return shown;
  }

  it('is what the page shows first', async () => {
    expect(await got('/apisix/ui/view')).toContain('data-title="Now"');
  });

  it('counts requests and the outcomes of their copies, and rates and times of both sides', async () => {
    const id = stage.fresh('counted');
    const mirror = await origin(statusOfPath);
    const down = `http://127.0.0.1:${await freePort()}`;
    const mirrors = [
      { host: mirror.url, methods: ['GET'] },
      { host: down, timeout: 5 },
    ];
    await stage.put(id, { host: undefined, mirrors });
    // On Workers the first look at the page begins the count.
    await row(id);
    for (const [method, path] of [
      ['GET', '200'],
      ['GET', '200'],
      ['GET', '503'],
      ['POST', '200'],
    ] as const)
      await send(stage.gateway.url, `/${id}/${path}`, { method });
    await settled(stage.gateway, id, 8);
    const text = await shows(id, 'sent: 2xx 2, 5xx 1skipped: filtered out 1');
    expect(text).toMatch(/failed: [a-z ]+ 4/);
    // Of the last whole seconds.
    await shows(
      id,
      /Last minute.*\n(?!0\n).*\n0\n(?!0\n).*\n(?!0\n).*\n(?!0\n).*\n.* (?:µs|ms|s)\n/,
    );
    await mirror.close();
  });

  it('shows copies in flight', async () => {
    const id = stage.fresh('waiting');
    const held: (() => void)[] = [];
    const mirror = await origin((_, response) => held.push(() => response.end()));
    await stage.put(id, { host: mirror.url });
    await send(stage.gateway.url, `/${id}/a`);
    await until(() => held.length === 1);
    await shows(id, /%Change\n.*\nnone\n(?:.*\n)+running1 in flight\n/);
    held[0]!();
    await shows(id, /sent: 2xx 1\n(?:.*\n)+running0 in flight\n/);
    await mirror.close();
  });

  it('tells mirrors of one host apart by their paths, as the report does; metrics add them up', async () => {
    const id = stage.fresh('twins');
    const { url: host } = stage.mirror;
    const mirrors = [
      { host, path: '/v1', compare: true },
      { host, path: '/v2', compare: true, methods: ['POST'] },
    ];
    await stage.put(id, { host: undefined, mirrors });
    await row(id);
    await send(stage.gateway.url, `/${id}/a`);
    expect(await settled(stage.gateway, id, 2)).toEqual({ 'sent 2xx': 1, 'skipped filtered': 1 });
    const labels = { route: id, mirror: host };
    expect(await sample(stage.gateway, 'mirror_copies_total', labels)).toBe(2);
    const text = await shows(id, /sent: 2xx 1\n(?:.*\n)+skipped: filtered out 1\n/);
    expect([...text.matchAll(/http:.*/g)].join()).toBe(`${host}/v1,${host}/v2`);
    let reported: string[] = [];
    await until(
      async () => {
        const response = await stage.gateway.admin(`admin/report?route=${id}`);
        const report = (await response.json()) as Report;
        reported = report.mirrors.map(({ mirror, sent }) => `${mirror} ${sent}`).toSorted();
        return reported.length === 2;
      },
      60_000,
      'both mirrors in the report',
    );
    expect(reported).toEqual([`${host}/v1 1`, `${host}/v2 0`]);
  });

  it('pauses a mirror by the request that its confirmation shows, and resumes it', async () => {
    const id = stage.fresh('paused');
    await stage.put(id);
    for (const [verb, state] of [
      ['Pause', 'paused\nResume'],
      ['Resume', 'running0 in flight\nPause'],
    ] as const) {
      const confirmation = await got(linkTo(await row(id), verb));
      const { path, ...change } = changeIn(confirmation);
      const { status } = await stage.gateway.admin(path, change);
      expect(status).toBe(200);
      await shows(id, `\n${state}`);
    }
  });

  it('shows what a route says as text', async () => {
    const id = stage.fresh('hostile');
    const uri = `/${id}/<script>alert(1)</script>\u202e*`;
    await stage.put(id, { _meta: { disable: true }, host: '"><img src=x>' }, { route: { uri } });
    await shows(id, `/${id}/<script>alert(1)</script>\\u202e*`);
    const html = await got(`/apisix/ui/view?view=now&text=${encodeURIComponent('"><script>')}`);
    expect(html + (await row(id))).not.toMatch(/<script|<img|\u202e/);
  });

  it('says whether it is all of the gateway', async () => {
    const isOne = (await got('/apisix/ui/view?view=now')).includes('Of one isolate');
    expect(isOne).toBe(runtime.name === 'workers');
  });
}

/** Responds with the status that ends the path. */
const statusOfPath: Respond = ({ url }, response) => {
  response.writeHead(Number(url.slice(-3))).end();
};
