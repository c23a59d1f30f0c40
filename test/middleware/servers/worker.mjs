import { workersRuntime } from '../../../src/runtime/workers.ts';
import { appOf } from '../kinds.mjs';

/** @type {ReturnType<ReturnType<typeof appOf>> | undefined} */
let app;

export default {
  /** @param {Request} request @param {any} env @param {any} context */
  fetch(request, env, context) {
    const { KIND: kind, UPSTREAM: upstream, MIRROR: mirror } = env;
    // Only the platform's own request has its facts about the client.
    app ??= appOf(kind)({
      upstream,
      mirror,
      addressOf: (c) => c.req.raw.cf?.country,
      runtime: workersRuntime(),
    });
    return app.fetch(request, env, context);
  },
};
