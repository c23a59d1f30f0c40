import { tappedResponse } from '../../dist/runtime/observe/workers.js';
import { workersRuntime } from '../../dist/runtime/workers.js';
import { tappedApp } from './app.mjs';

/** @type {ReturnType<typeof tappedApp> | undefined} */
let app;

export default {
  /** @param {Request} request @param {any} env @param {any} context */
  fetch(request, env, context) {
    app ??= tappedApp({ upstream: env.UPSTREAM, runtime: workersRuntime(), tappedResponse });
    return app.fetch(request, env, context);
  },
};
