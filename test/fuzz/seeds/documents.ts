/** Routes with all attributes that they may have, to start from. */
export const ROUTES: readonly object[] = [
  { id: '1', uri: '/hello', upstream: { type: 'roundrobin', nodes: { '127.0.0.1:1980': 1 } } },
  {
    id: 2,
    uris: ['/a/*', '/b*c', '/d'],
    hosts: ['a.example', '*.b.example', 'c.example:8080'],
    methods: ['GET', 'POST'],
    priority: 10,
    vars: [
      ['http_x_version', '>', 2],
      ['OR', ['arg_a', '==', 'b'], ['cookie_c', 'in', ['d', 'e']]],
    ],
    timeout: { connect: 1, send: 2, read: 3.5 },
    enable_websocket: true,
    labels: { team: 'a' },
    upstream: {
      type: 'chash',
      hash_on: 'header',
      key: 'x-user',
      nodes: [
        { host: '10.0.0.1', port: 80, weight: 1, priority: 0 },
        { host: '::1', port: 81, weight: 0, priority: -1 },
      ],
      pass_host: 'rewrite',
      upstream_host: 'd.example',
      retries: 1,
      retry_timeout: 5,
      keepalive_pool: { size: 10, idle_timeout: 60, requests: 100 },
    },
    plugins: {
      'proxy-mirror': {
        host: 'http://127.0.0.1:9797',
        path: '/copy',
        path_concat_mode: 'prefix',
        sample_ratio: 0.5,
        sample_key: 'http_x_user',
        pass_host: 'node',
        headers: { set: { 'x-a': 'b' }, add: { 'x-c': 'd' }, remove: ['cookie'] },
        timeout: 3,
        max_body_size: 1000,
        max_in_flight: 5,
        rate_limit: 10,
        breaker: { failures: 3, open: 1 },
        _meta: { filter: [['method', '==', 'GET']], priority: 1 },
      },
    },
  },
  {
    id: 'three',
    uri: '/*',
    host: '*',
    remote_addrs: ['10.0.0.0/8', '::1'],
    status: 0,
    desc: 'off',
    plugins: {
      'proxy-mirror': {
        sample_ratio: 0.1,
        breaker: false,
        mirrors: [
          { host: 'http://m1.example' },
          { host: 'https://m2.example:8443', pass_host: 'rewrite', upstream_host: 'e.example' },
        ],
      },
    },
    upstream: {
      type: 'least_conn',
      scheme: 'https',
      nodes: { 'a.example:443': 2, 'b.example:443': 1 },
    },
  },
  {
    id: '4',
    uri: '/off',
    plugins: { 'proxy-mirror': { _meta: { disable: true } } },
    remote_addr: '192.0.2.1',
    upstream: { nodes: {} },
  },
];
