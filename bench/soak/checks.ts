import type { Exposed } from '../../test/support/exposition.ts';
import type { Program } from '../../test/support/process.ts';

/** Every request has one outcome for each mirror of its route: the counters must add up. */
export function accountingFaults(samples: readonly Exposed[]): string[] {
  const requests = sums(samples, 'gateway_requests_total', ({ labels }) => labels['route']!);
  const pair = ({ labels }: Exposed) => `${labels['route']} ${labels['mirror']}`;
  const outcomes = sums(samples, 'mirror_copies_total', pair);
  if (outcomes.size === 0) return ['no copy was counted: expected some of every mirrored route'];
  const uneven = [...outcomes].flatMap(([key, counted]) => {
    const expected = requests.get(key.split(' ')[0]!);
    if (counted === expected) return [];
    return [`${key}: expected ${expected} outcomes, one per request, found ${counted}`];
  });
  const held = samples.find(({ name }) => name === 'mirror_recorded_bytes')?.value;
  if (held === 0) return uneven;
  return [...uneven, `mirror_recorded_bytes: expected 0 when nothing is under way, found ${held}`];
}

function sums(
  samples: readonly Exposed[],
  family: string,
  keyOf: (one: Exposed) => string,
): Map<string, number> {
  const found = new Map<string, number>();
  for (const one of samples) {
    if (one.name !== family) continue;
    const key = keyOf(one);
    found.set(key, (found.get(key) ?? 0) + one.value);
  }
  return found;
}

/** Crashes and unhandled errors of a gateway, from its exit status and stderr. */
export function outburstFaults({ child, stderr }: Program): string[] {
  const ended = child.exitCode !== null || child.signalCode !== null;
  const lines = stderr()
    .split('\n')
    .filter((line) => /unhandled|uncaught|^\s+at .+:\d+:\d+/i.test(line))
    .slice(0, 10);
  return [
    ...(ended ? [`the gateway ended by itself, with ${child.exitCode ?? child.signalCode}`] : []),
    ...lines.map((line) => `on stderr: ${line}`),
  ];
}
