const host = 'http://127.0.0.1:9797';
const nodes = { '127.0.0.1:1999': 1 };
const timeout = { connect: 1, send: 2, read: 0.5 };
const texts = { name: 'n', desc: 'd', labels: { env: 'x' }, create_time: 1, update_time: 2 };

/** Valid documents that have every field, in each of its forms. */
export const DOCUMENTS: readonly unknown[] = [
  {
    $schema: './node_modules/proxy-mirror/dist/schema.json',
    routes: [
      {
        ...texts,
        id: '1',
        uri: '/a/*',
        host: '*.a.example',
        remote_addr: '10.0.0.0/8',
        methods: ['GET'],
        priority: 1,
        vars: [['arg_a', '==', '1']],
        status: 1,
        enable_websocket: true,
        timeout,
        upstream: {
          ...texts,
          id: 'u',
          type: 'chash',
          hash_on: 'header',
          key: 'x-user',
          scheme: 'https',
          nodes,
          pass_host: 'rewrite',
          upstream_host: 'a',
          retries: 1,
          retry_timeout: 5,
          timeout,
          keepalive_pool: { size: 1, idle_timeout: 2, requests: 3 },
          tls: { verify: false, ca: 'ca.pem', client_cert: 'a.crt', client_key: 'a.key' },
        },
        plugins: {
          'proxy-mirror': {
            host,
            path: '/b',
            path_concat_mode: 'prefix',
            sample_ratio: 0.5,
            sample_key: 'arg_a',
            pass_host: 'rewrite',
            upstream_host: 'b',
            disable: false,
            timeout: 1,
            max_body_size: 1,
            max_in_flight: 1,
            rate_limit: 1,
            _meta: { disable: false, filter: [], priority: 1 },
            headers: { set: { 'x-a': 'b' }, add: { 'x-b': '' }, remove: ['x-c'] },
            breaker: { failures: 1, open: 2 },
            methods: ['GET', 'HEAD'],
            tls: { verify: true, ca: 'ca.pem', client_cert: 'a.crt', client_key: 'a.key' },
            compare: {
              sample_ratio: 0.5,
              status: false,
              headers: { ignore: ['x-a'] },
              body: 'bytes',
              ignore: ['/a/*/b', '/**/at', ''],
              unordered: ['/list'],
              tolerance: 0.01,
              max_body_size: 1,
              baseline: 'primary',
              baseline_ratio: 0.5,
              keep: 0,
            },
            redact: { headers: ['x-a'], query: ['token'], json: ['/password'], copy: false },
          },
        },
      },
    ],
    expires: { 1: 1.5 },
  },
  {
    routes: [
      {
        id: 1,
        uris: ['/a', '/b'],
        hosts: ['a', 'b'],
        remote_addrs: ['::1'],
        upstream: {
          nodes: [{ host: '[::1]', port: 80, weight: 1, priority: -1, metadata: { a: 1 } }],
          type: 'chash',
          key: 'remote_addr',
        },
      },
      {
        uri: '/r',
        plugins: { 'proxy-mirror': { host: 'http://a', redact: { query: ['a'], copy: true } } },
      },
      { uri: '/d', plugins: { 'proxy-mirror': { _meta: { disable: true }, mirrors: 7 } } },
    ],
    services: [],
    upstreams: null,
    consumers: {},
  },
  {
    routes: [
      {
        id: 1,
        uri: '/c',
        methods: [],
        plugins: {
          'proxy-mirror': {
            pass_host: 'rewrite',
            breaker: false,
            compare: true,
            mirrors: [
              { host, upstream_host: 'a' },
              { host, pass_host: 'node', compare: { headers: { only: ['x-a'] } } },
              { _meta: { disable: true }, host: 7 },
            ],
          },
        },
      },
      {
        id: 2,
        uri: '/e',
        plugins: {
          'proxy-mirror': { mirrors: [{ host, pass_host: 'rewrite', upstream_host: 'a' }] },
        },
      },
      {
        id: 3,
        uri: '/f',
        plugins: {
          'proxy-mirror': { upstream_host: 'a', mirrors: [{ host, pass_host: 'rewrite' }] },
        },
      },
    ],
  },
];
