import type { Explanation, MirrorExplanation, ShownRequest } from '../../../explain/explain.ts';
import { comparisonText, NOT_COPIED, NOT_TAKEN } from '../../../explain/print.ts';
import { counted } from '../../../compare/report/print/words.ts';
import { inOneLine } from '../../../http/quoted.ts';
import { Unbroken } from '../../unbroken.tsx';
import type { Element } from '../../view.ts';
import { percentOf } from '../now/words.ts';

interface Props {
  readonly explanation: Explanation;
}

/** What would happen to a request: the verdict and what to beware of first. It takes the focus, so that it is read out. */
export function Explained({ explanation }: Props): Element {
  const { request, route, passed_over: passedOver, upstream, mirrors } = explanation;
  return (
    <section aria-label="Explanation" class="explained" tabindex={-1} data-result>
      <p class="verdict">{verdict(explanation)}</p>
      {mirrors.map((mirror) => (
        <Cautions mirror={mirror} />
      ))}
      <dl>
        <dt>Request</dt>
        <dd>
          <code>
            {request.method} {inOneLine(request.path)}
          </code>{' '}
          of host <code>{inOneLine(request.host)}</code> from <code>{request.remote_addr}</code>
        </dd>
        {passedOver.map((one) => (
          <>
            <dt>Not route</dt>
            <dd>
              <code>{one.route}</code>: {NOT_TAKEN[one.because]}
            </dd>
          </>
        ))}
        <dt>Route</dt>
        <dd>{route === null ? noneOf(explanation.routes) : <code>{route}</code>}</dd>
        {route !== null && (
          <>
            <dt>Upstream</dt>
            <dd>
              {upstream === null ? (
                'no node: the client gets 503'
              ) : (
                <>
                  <code>{upstream.nodes.join(' or ')}</code>
                  <Lines request={upstream.request} />
                </>
              )}
            </dd>
          </>
        )}
        {mirrors.map((mirror) => (
          <Mirror explained={mirror} />
        ))}
      </dl>
    </section>
  );
}

function noneOf(routes: number): string {
  return routes === 0 ? 'none: there are no routes yet' : `none of ${counted(routes)}`;
}

/** @example 'Route shop matches. A copy goes to http://127.0.0.1:9797.' */
function verdict({ route, mirrors }: Explanation): string {
  if (route === null) return 'No route matches: the client gets 404.';
  const copies = mirrors.filter(({ copy }) => copy !== null);
  if (copies.length === 0)
    return `Route ${route} matches. ${mirrors.length === 0 ? 'It has no mirror.' : 'No copy is sent.'}`;
  const parts = copies.map((one) => `${copyText(one)} goes to ${inOneLine(one.mirror)}`);
  const text = listed(parts);
  return `Route ${route} matches. ${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

/** @example listed(['a', 'b', 'c']) // 'a, b and c' */
function listed(parts: readonly string[]): string {
  const last = parts.at(-1)!;
  return parts.length === 1 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}

function copyText({ copied, share }: MirrorExplanation): string {
  return copied === 'always' ? 'a copy' : `a copy of ${percentOf(share)} % of such requests`;
}

/** What is written in a route. A method or the name of a field has no quotes. */
const SETTING = /("\w+"(?:: (?:\[.*\]|\{.*\}))?)/;

/** What the mirror would get that it may be better without. */
function Cautions({ mirror: { mirror, cautions } }: { readonly mirror: MirrorExplanation }) {
  return (
    <>
      {cautions.map((caution) => (
        <p role="note" class="caution">
          <strong>Caution</strong>, <code>{inOneLine(mirror)}</code>:{' '}
          {caution.split(SETTING).map((part, i) => (i % 2 === 0 ? part : <code>{part}</code>))}
        </p>
      ))}
    </>
  );
}

function Mirror({ explained }: { readonly explained: MirrorExplanation }): Element {
  const { mirror, because, copy } = explained;
  return (
    <>
      <dt class="begins">Mirror</dt>
      <dd class="begins">
        <code>{inOneLine(mirror)}</code>: {copy === null ? notCopied(because) : copyText(explained)}
        {copy !== null && <Lines request={copy} />}
      </dd>
      {copy !== null && (
        <>
          <dt>Compared</dt>
          <dd>
            <Unbroken text={inOneLine(comparisonText(explained))} />
          </dd>
        </>
      )}
    </>
  );
}

function notCopied(because: MirrorExplanation['because']): string {
  if (because === null) return 'no copy';
  return because === 'disabled' ? 'no copy: it is paused' : `no copy: ${NOT_COPIED[because]}`;
}

/** A request as it is sent. */
function Lines({ request: { method, url, headers } }: { readonly request: ShownRequest }): Element {
  const lines = [`${method} ${url}`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  return (
    <pre tabindex={0} role="group" aria-label="Request as it is sent">
      {lines.map((line) => (
        <span class="hanging">{inOneLine(line)}</span>
      ))}
    </pre>
  );
}
