import { mirroredApp } from '../app.mjs';

/** @type {import('hono').Hono | undefined} */
let app;

export default {
  /** @param {Request} request @param {any} env @param {any} context */
  fetch(request, env, context) {
    const { UPSTREAM: upstream, MIRROR: mirror } = env;
    // Only the platform's own request has its facts about the client.
    app ??= mirroredApp({ upstream, mirror, addressOf: (c) => c.req.raw.cf?.country });
    return app.fetch(request, env, context);
  },
};
