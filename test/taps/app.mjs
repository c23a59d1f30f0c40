import { ResponseRecording } from '../../dist/compare/recorded.js';
import { memoryBudget } from '../../dist/http/memory-budget.js';
import { createGateway } from '../../dist/index.js';
import { RESPONSES } from './responses.mjs';

/** @typedef {import('../../src/http/transport.ts').ResponseTap} ResponseTap */

export const LIMIT_BYTES = 256 * 1024;
/** Memory for all recordings, in bytes. */
const MEMORY_BYTES = 4 * 1024 * 1024;

/**
 * A gateway whose responses and copies are recorded, and an app that has its own responses recorded. `/taps` has what
 * was recorded since the last call.
 *
 * @param {{ upstream: string, runtime: any, tappedResponse: import('../../src/runtime/observe/tapped-response.ts').TapResponse }} options
 */
export function tappedApp({ upstream, runtime, tappedResponse }) {
  const budget = memoryBudget(MEMORY_BYTES);
  /** @type {object[]} */
  let rows = [];
  /** @type {(work: Promise<unknown>) => void} */
  let waitUntil = () => {};

  /** @param {string} side @param {string} target */
  function observe(side, target) {
    const recording = new ResponseRecording(LIMIT_BYTES, budget);
    const calls = { heads: 0, ends: 0 };
    /** @type {() => void} */
    let ended = () => {};
    const over = new Promise((resolve) => (ended = () => resolve(null)));
    const report = async () => {
      const recorded = await recording.done;
      if (calls.heads > 0) await over;
      const row = typeof recorded === 'string' ? { lost: recorded } : await shown(recorded);
      rows.push({ side, target, ...row, calls });
      recording.release();
    };
    waitUntil(report());
    /** @type {ResponseTap} */
    const counted = {
      get wanted() {
        return recording.wanted;
      },
      head(...head) {
        calls.heads += 1;
        recording.head(...head);
      },
      chunk: (bytes) => recording.chunk(bytes),
      end(isComplete, trailers) {
        calls.ends += 1;
        recording.end(isComplete, trailers);
        ended();
      },
    };
    return { tap: counted, giveUp: () => recording.giveUp() };
  }

  const gateway = createGateway({
    runtime: {
      ...runtime,
      /** @param {any} request @param {any} client */
      forward(request, client) {
        const { tap, giveUp } = observe('primary', request.target);
        const call = runtime.forward(request, client, tap);
        call.done.catch(giveUp);
        return call;
      },
      /** @param {any} request @param {number} life */
      sendCopy(request, life) {
        const { tap, giveUp } = observe('mirror', request.target);
        const call = runtime.sendCopy(request, life, tap);
        call.done.catch(giveUp);
        return call;
      },
    },
    routes: [
      {
        uri: '/up/*',
        upstream: { nodes: { [upstream]: 1 } },
        plugins: { 'proxy-mirror': { host: `http://${upstream}`, timeout: 2 } },
      },
      { uri: '/refused/*', upstream: { nodes: { '127.0.0.1:1': 1 }, retries: 0 } },
    ],
  });

  /**
   * @param {Request} request
   * @param {any} [env]
   * @param {any} [context]
   * @returns {Promise<Response>}
   */
  async function fetch(request, env, context) {
    const { pathname } = new URL(request.url);
    const [, place, name = ''] = pathname.split('/');
    if (typeof context?.waitUntil === 'function') waitUntil = (work) => context.waitUntil(work);
    if (place === 'taps') {
      const json = { rows, held: budget.held };
      rows = [];
      return Response.json(json);
    }
    if (place !== 'plain' && place !== 'app') return gateway.fetch(request, env, context);
    const make = RESPONSES[name];
    if (make === undefined) return new Response(null, { status: 404 });
    const cancelled = () => void rows.push({ side: 'app', target: pathname, cancelled: true });
    const response = await make({ upstream, cancelled });
    if (place === 'plain') return response;
    return tappedResponse(response, observe('app', pathname).tap, request.method);
  }
  return { gateway, fetch };
}

/** @param {import('../../src/compare/recorded.ts').RecordedResponse} recorded */
async function shown({ status, headers, trailers, body }) {
  const hash = await crypto.subtle.digest('SHA-256', new Uint8Array(body));
  const sha256 = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0'));
  return { status, headers, trailers, size: body.byteLength, sha256: sha256.join('') };
}
