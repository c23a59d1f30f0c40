import { keyOption, Line } from '../../confirmation.tsx';
import type { Element, UiContext } from '../../view.ts';

interface Props extends Pick<UiContext, 'needsKey'> {
  readonly origin: string;
}

/** What to do when there is no route. */
export function NoRoutes({ needsKey, origin }: Props): Element {
  return (
    <>
      <p>There is no route yet, so every request gets 404. This makes the first one:</p>
      <Line text={firstRoute(origin, needsKey)} />
      <p>
        <code>docs/routes.md</code> says what a route can say, and{' '}
        <code>docs/control-plane.md</code> how routes are written. In a checkout{' '}
        <code class="together">npm run demo</code> shows all of this with requests, an upstream and
        a mirror of its own.
      </p>
    </>
  );
}

function firstRoute(origin: string, needsKey: boolean): string {
  const route = {
    uri: '/*',
    upstream: { nodes: { '127.0.0.1:1999': 1 } },
    plugins: { 'proxy-mirror': { host: 'http://127.0.0.1:9797' } },
  };
  return `curl -X PUT ${origin}/apisix/admin/routes/1${keyOption(needsKey)} -d '${JSON.stringify(route)}'`;
}
