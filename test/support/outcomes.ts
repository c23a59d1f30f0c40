import type { GatewayProcess } from '../runtimes/runtime.ts';
import { type Exposed, readExposition } from './exposition.ts';
import { until } from './until.ts';

/** The metrics page, parsed strictly. */
export async function exposed(gateway: GatewayProcess): Promise<Exposed[]> {
  return readExposition(await (await gateway.admin('prometheus/metrics')).text());
}

/** Sum of the samples with this name and these labels; 0 when there is none. */
export async function sample(
  gateway: GatewayProcess,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  return sum(await exposed(gateway), name, labels);
}

/** Sum of all samples with this name and these labels. */
export function sum(
  samples: readonly Exposed[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  return samples
    .filter((one) => one.name === name && matches(one.labels, labels))
    .reduce((before, { value }) => before + value, 0);
}

/** Copies of a route by `outcome reason`: `{ 'sent 2xx': 3 }`. Of one mirror only, if it is given. */
export async function outcomes(
  gateway: GatewayProcess,
  route: string,
  mirror?: string,
): Promise<Record<string, number>> {
  const wanted = mirror === undefined ? { route } : { route, mirror };
  const counted: Record<string, number> = {};
  for (const { name, labels, value } of await exposed(gateway)) {
    if (name !== 'mirror_copies_total' || !matches(labels, wanted)) continue;
    const key = `${labels['outcome']} ${labels['reason']}`;
    counted[key] = (counted[key] ?? 0) + value;
  }
  return counted;
}

/** Waits until a route has so many outcomes, and returns them. A surplus outcome would show in the sum. */
export async function settled(
  gateway: GatewayProcess,
  route: string,
  count: number,
  { mirror, timeout = 10_000 }: { mirror?: string; timeout?: number } = {},
): Promise<Record<string, number>> {
  let counted: Record<string, number> = {};
  const enough = async () => {
    counted = await outcomes(gateway, route, mirror);
    return total(counted) >= count;
  };
  await until(enough, timeout, `${count} outcomes of ${route}`).catch((error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify(counted)}`);
  });
  return counted;
}

export function total(counted: Readonly<Record<string, number>>): number {
  return Object.values(counted).reduce((before, value) => before + value, 0);
}

function matches(labels: Readonly<Record<string, string>>, wanted: object): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}
