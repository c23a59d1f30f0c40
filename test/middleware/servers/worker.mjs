import { mirroredApp } from '../app.mjs';

/** @type {import('hono').Hono | undefined} */
let app;

export default {
  /** @param {Request} request @param {any} env @param {any} context */
  fetch(request, env, context) {
    const { UPSTREAM: upstream, MIRROR: mirror } = env;
    // What the platform knows of the client is nowhere but on its own request.
    app ??= mirroredApp({ upstream, mirror, addressOf: (c) => c.req.raw.cf?.country });
    return app.fetch(request, env, context);
  },
};
