import type { Exposed } from '../../support/exposition.ts';
import { sum } from '../../support/outcomes.ts';
import type { OpenRoute } from './routes.ts';

/** A route and one of its mirrors, with their counts. */
export interface Account {
  readonly of: string;
  readonly requests: number;
  readonly outcomes: number;
  readonly sent: number;
}

type AccountOf = (route: OpenRoute, mirror: OpenRoute['mirrors'][number]) => Omit<Account, 'of'>;

/** The accounts by the gateway's counters. */
export function gatewayAccounts(
  routes: readonly OpenRoute[],
  samples: readonly Exposed[],
): Account[] {
  return accounts(routes, ({ id }, { url }) => {
    const labels = { route: id, mirror: url };
    return {
      requests: sum(samples, 'gateway_requests_total', { route: id }),
      outcomes: sum(samples, 'mirror_copies_total', labels),
      sent: sum(samples, 'mirror_copies_total', { ...labels, outcome: 'sent' }),
    };
  });
}

/** The accounts by the requests of the clients and the responses of the mirrors. */
export function observedAccounts(routes: readonly OpenRoute[]): Account[] {
  return accounts(routes, ({ requests }, { responded }) => {
    return { requests, outcomes: requests, sent: responded.length };
  });
}

function accounts(routes: readonly OpenRoute[], accountOf: AccountOf): Account[] {
  return routes.flatMap((route) =>
    route.mirrors.map((mirror, i) => {
      return { of: `${route.name}, mirror ${i}`, ...accountOf(route, mirror) };
    }),
  );
}

/** `outcome reason` of every outcome that occurred. */
export function reasons(samples: readonly Exposed[]): string[] {
  const found = samples.filter(({ name, value }) => name === 'mirror_copies_total' && value > 0);
  return found.map(({ labels }) => `${labels['outcome']} ${labels['reason']}`);
}
