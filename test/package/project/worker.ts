/** A Worker of somebody else's, in a project that knows neither Node nor browsers. */
import { createGateway, kvStore, type KvNamespace } from 'proxy-mirror';
import { workersRuntime } from 'proxy-mirror/workers';

interface Bindings {
  readonly ROUTES: KvNamespace;
}

let gateway: ReturnType<typeof createGateway> | undefined;

export default {
  fetch(
    request: Request,
    bindings: Bindings,
    context: Parameters<ReturnType<typeof createGateway>['fetch']>[2],
  ): Response | Promise<Response> {
    gateway ??= createGateway({ store: kvStore(bindings.ROUTES), runtime: workersRuntime() });
    return gateway.fetch(request, bindings, context);
  },
};
