import { expect } from 'vitest';
import type { GatewayProcess } from '../../runtimes/runtime.ts';
import { type Origin, route } from '../../support/origin.ts';

/** Shared by the parts of this test: one gateway with the key, its upstream, and access to the table in force. */
export interface AdminContext {
  readonly gateway: GatewayProcess;
  readonly upstream: Origin;
}

/** The response to a request to the admin API. */
export interface AdminResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: any;
}

export async function read(response: Response): Promise<AdminResponse> {
  const text = await response.text();
  const json = text === '' ? null : (JSON.parse(text) as unknown);
  return { status: response.status, headers: response.headers, text, json };
}

/** @example await ask(gateway, 'PUT', '/1', route) */
export async function ask(
  { admin }: GatewayProcess,
  method: string,
  path: string,
  body?: unknown,
): Promise<AdminResponse> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const init = body === undefined ? { method } : { method, body: text };
  return read(await admin(`admin/routes${path}`, init));
}

/** The route that refused writes try to replace. */
export const KEPT = 'kept';

export async function putKept({ gateway, upstream }: AdminContext): Promise<void> {
  await gateway.put(KEPT, route(upstream, null, { uri: '/kept' }));
}

/**
 * Runs something that must not change the table, and checks that it did not: the route in force still responds, its
 * replacement does not, and the list reads the same.
 */
export async function unchanged(
  { gateway }: AdminContext,
  act: () => Promise<void>,
): Promise<void> {
  const before = await ask(gateway, 'GET', '');
  expect(before.status).toBe(200);
  await act();
  expect((await ask(gateway, 'GET', '')).text).toBe(before.text);
  const kept = await fetch(`${gateway.url}/kept`);
  expect([kept.status, await kept.text()]).toEqual([200, 'GET /kept\n']);
  const refused = await fetch(`${gateway.url}/refused`);
  expect([refused.status, await refused.text()]).toEqual([
    404,
    '{"error_msg":"404 Route Not Found"}\n',
  ]);
}
