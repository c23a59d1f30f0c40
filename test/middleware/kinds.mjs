import { mirroredApp } from './app.mjs';
import { extendedGateway } from './extended.mjs';

/**
 * The apps that the servers beside this file serve, by name.
 *
 * @type {Readonly<Record<string, (options: { upstream: string, mirror: string, addressOf: (c: any) => unknown,
 *   runtime?: any }) => { fetch(request: Request, env?: any, context?: any): Response | Promise<Response> }>>}
 */
const KINDS = { mirrored: mirroredApp, extended: extendedGateway };

/** @param {string} kind */
export function appOf(kind) {
  const make = KINDS[kind];
  if (make === undefined) throw new Error(`no app is called ${kind}`);
  return make;
}
