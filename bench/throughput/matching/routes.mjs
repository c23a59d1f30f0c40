/**
 * Routes of each kind, and for each route a request that it matches.
 * @typedef {{ readonly uri: string, readonly host?: string }} Criteria
 * @typedef {{ readonly path: string, readonly host: string }} Asked
 * @typedef {{ route: (i: number) => Criteria, asked: (i: number) => Asked }} Kind
 */

const HOST = 'gateway.example';

/** @type {Readonly<Record<string, Kind>>} */
export const KINDS = {
  exact: {
    route: (i) => ({ uri: `/shop/articles/${i}` }),
    asked: (i) => ({ path: `/shop/articles/${i}`, host: HOST }),
  },
  prefix: {
    route: (i) => ({ uri: `/service/${i}/*` }),
    asked: (i) => ({ path: `/service/${i}/orders/7`, host: HOST }),
  },
  host: {
    route: (i) => ({ uri: '/*', host: `tenant-${i}.example` }),
    asked: (i) => ({ path: '/orders/7', host: `tenant-${i}.example` }),
  },
  'in the middle': {
    route: (i) => ({ uri: `/users/${i}/*/orders` }),
    asked: (i) => ({ path: `/users/${i}/anybody/orders`, host: HOST }),
  },
};

/**
 * A table with routes of all kinds.
 * @param {number} count
 * @returns {Criteria[]}
 */
export function mixedRoutes(count) {
  const kinds = Object.values(KINDS);
  return Array.from({ length: count }, (_, i) => {
    const kind = /** @type {Kind} */ (kinds[i % kinds.length]);
    return kind.route(i);
  });
}
