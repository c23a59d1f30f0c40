import { expect, it } from 'vitest';
import { ask } from '../../support/http2-client.ts';
import { until } from '../../support/until.ts';
import type { Door, Http2Scene } from '../http2.ts';

const DOORS: readonly Door[] = ['in clear', 'over TLS'];

/** What upstream and mirror get of a request over HTTP/2, and what the client gets. */
export function requests(scene: () => Http2Scene): void {
  async function seen(url: string) {
    const { upstream, mirror } = scene();
    const got = () => [upstream, mirror].map((one) => one.seen.find((asked) => asked.url === url));
    await until(() => got().every((one) => one !== undefined), 5000, `${url} and its copy`);
    return got().map((one) => one!);
  }

  it.each(DOORS)('%s: a GET and its copy', async (door) => {
    const session = await scene().open(door);
    const url = `/get?${door === 'in clear' ? 1 : 2}`;
    const got = await ask(session, url, { headers: { 'x-a': ['1', '2'] } });
    expect([got.status, got.body.toString()]).toEqual([200, `GET ${url} 0\n`]);
    const port = door === 'in clear' ? scene().gateway.port : scene().tlsPort;
    for (const { rawHeaders, headers } of await seen(url)) {
      expect(rawHeaders.slice(0, 6)).toEqual(['Host', `127.0.0.1:${port}`, 'x-a', '1', 'x-a', '2']);
      expect(headers).toMatchObject({
        'x-forwarded-proto': door === 'in clear' ? 'http' : 'https',
        'x-forwarded-port': String(port),
        'x-forwarded-host': `127.0.0.1:${port}`,
      });
    }
  });

  it.each(DOORS)('%s: a POST with a body of 300 KiB', async (door) => {
    const session = await scene().open(door);
    const url = `/post?${door === 'in clear' ? 1 : 2}`;
    const body = Buffer.alloc(300 * 1024, 'x');
    const got = await ask(session, url, { method: 'POST', body });
    expect([got.status, got.body.toString()]).toEqual([200, `POST ${url} ${body.byteLength}\n`]);
    for (const asked of await seen(url)) expect(asked.body.equals(body)).toBe(true);
  });
}
