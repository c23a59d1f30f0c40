// A Worker of one's own with a gateway in it. `workersRuntime` keeps the length of uploads and the client's address, and
// ends copies before Cloudflare would.
import { env } from 'cloudflare:workers';
import { createGateway } from 'proxy-mirror';
import { workersRuntime } from 'proxy-mirror/workers';

const gateway = createGateway({
  runtime: workersRuntime(),
  routes: [
    {
      uri: '/*',
      upstream: { nodes: { [new URL(env.UPSTREAM).host]: 1 } },
      plugins: { 'proxy-mirror': { host: env.MIRROR } },
    },
  ],
});
gateway.app.get('/healthz', (c) => c.text('ok'));

export default gateway;
