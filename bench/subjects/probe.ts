import { until } from '../../test/support/until.ts';
import { SMALL_BODY } from '../origins/nginx-origin.ts';
import type { Origins } from '../origins/origins.ts';
import type { Running } from './running.ts';

const SETTLE_MS = 5000;

/** A body of an unusual length, so that a changed or recoded copy is noticed. */
const BODY = 'probe '.repeat(1000);

/**
 * Checks a subject before it is measured: the right response, and exactly one copy of each request, as long as the
 * request.
 * @returns what is wrong, or `null`
 */
export async function probe({ url }: Running, { mirror }: Origins): Promise<string | null> {
  const before = mirror.probes().length;
  for (const body of [null, BODY]) {
    const method = body === null ? 'GET' : 'POST';
    const response = await fetch(`${url}/mirrored/probe`, { method, body });
    const text = await response.text();
    if (response.status !== 200 || text !== SMALL_BODY)
      return `${method} got ${response.status} ${JSON.stringify(text.slice(0, 80))}`;
  }
  const copies = () => mirror.probes().slice(before);
  await until(() => copies().length >= 2, SETTLE_MS).catch(() => {});
  const expected = ['GET /mirrored/probe -', `POST /mirrored/probe ${BODY.length}`];
  const got = copies().toSorted();
  if (got.join() === expected.join()) return null;
  return `copies are ${JSON.stringify(got)}`;
}
