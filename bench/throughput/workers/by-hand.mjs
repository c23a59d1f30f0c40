/** Mirroring written by hand in a Worker, without a gateway. */
export default {
  /**
   * @param {Request} request
   * @param {{ readonly UPSTREAM: string, readonly MIRROR: string }} env
   * @param {{ waitUntil(promise: Promise<unknown>): void }} context
   * @returns {Promise<Response>}
   */
  fetch(request, env, context) {
    const { pathname, search } = new URL(request.url);
    const copy = fetch(new Request(env.MIRROR + pathname + search, request.clone()));
    context.waitUntil(
      copy.then(
        (response) => response.body?.cancel(),
        () => {},
      ),
    );
    return fetch(new Request(env.UPSTREAM + pathname + search, request), { redirect: 'manual' });
  },
};
