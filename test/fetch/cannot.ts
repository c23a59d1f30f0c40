import type { FetchRuntime } from './runtimes.ts';

type Name = FetchRuntime['name'];

/** Tests of the suite, and the reason why they fail on some runtimes. */
export interface Limit {
  readonly reason: string;
  /**
   * Names of tests or groups, without the runtime's own group; `*` matches any text. Each test must fail on each of
   * the runtimes listed for it.
   */
  readonly tests: Readonly<Record<string, readonly Name[]>>;
}

const ALL: readonly Name[] = ['node', 'bun', 'deno'];
const NODE: readonly Name[] = ['node'];
const BUN: readonly Name[] = ['bun'];
const DENO: readonly Name[] = ['deno'];
const NODE_BUN: readonly Name[] = ['node', 'bun'];
const NODE_DENO: readonly Name[] = ['node', 'deno'];
const BUN_DENO: readonly Name[] = ['bun', 'deno'];

/**
 * What `gateway.fetch` cannot do behind @hono/node-server, `Bun.serve` and `Deno.serve`, with the runtime's own fetch
 * as transport: these are the reasons for our own HTTP/1.1. Differences on the wire alone are in `wire-rules.ts`.
 */
export const CANNOT: readonly Limit[] = [
  {
    reason: 'fetch takes Host from the URL. Bun alone lets a request say another',
    tests: {
      'a copy > equals the primary > has the Host of the primary *': NODE_DENO,
      'a copy > differs as configured > sets Host by pass_host: *': NODE_DENO,
      'upstreams > pass_host > * sends client.example:8080': NODE_DENO,
      'upstreams > pass_host > rewrite *': NODE_DENO,
      'transparency > requests > keeps framing and Host even if Connection names them': NODE_DENO,
    },
  },
  {
    reason:
      'a response to HTTP/1.0 that breaks off is ended by FIN, as a whole one is. Bun alone resets',
    tests: {
      'transparency > an upstream that is killed > in chunks, by *: a client of HTTP/1.0, *':
        NODE_DENO,
    },
  },
  {
    reason: 'a response of fetch is passed on as it is: nothing tells that it broke off',
    tests: {
      'transparency > an upstream that is killed > in a response that began is told *': ALL,
      'transparency > an upstream that is killed > by * in chunks has a line as well': ALL,
    },
  },
  {
    reason: 'TLS sends and checks the name in the URL, whatever Host says',
    tests: {
      'a server > TLS > to an address and upstream_host: *': ALL,
      'a server > TLS > to a name and upstream_host: *': ALL,
      'a server > TLS > to a name with a trailing dot: *': ALL,
      "a server > TLS > to an address: the name in the client's Host": ALL,
      'a server > TLS > to an address: the same in lower case': ALL,
      'a server > TLS > to a * that the certificate lacks': ALL,
      'a server > TLS > shares no connection with another name': ALL,
      'a server > TLS > to a mirror whose Host is rewritten: *': ALL,
      "a server > TLS > to a mirror whose Host is as the primary's: *": ALL,
      'a server > TLS > to a mirror whose Host is a name that the certificate lacks': ALL,
    },
  },
  {
    reason:
      "a web Request does not have the client's address, so it is not forwarded, trusted or checked",
    tests: {
      'sampling > by key > reads remote_addr': ALL,
      'routing > matches the address of the client: *': ALL,
      'the control plane > without a key > accepts *': ALL,
      "the control plane > without a key > responds with 403 to '*": ALL,
      'the control plane > without a key > responds with 403 to a target *': ALL,
      'transparency > where a request came from': ALL,
      'a server > incoming requests > advisories > CVE-2024-45410, *': ALL,
      'a server > incoming requests > advisories > CVE-2026-29054, *': ALL,
      'a server > incoming requests > advisories > CVE-2026-88011, *': ALL,
      'a server > incoming requests > advisories > CVE-2026-21710, *': ALL,
    },
  },
  {
    reason: 'the gateway knows of the runtime only that it has fetch, and its status says so',
    tests: {
      'the control plane > with a key > status and metrics > shows its status *': ALL,
    },
  },
  {
    reason:
      'a web Request has one URL, which does not say whether Host or the target named the host',
    tests: {
      'routing > the host selects nothing but host routes > refuses a target like *': ALL,
      'routing > the host selects nothing but host routes > uses the host in a target *': ALL,
      'routing > the host selects nothing but host routes > with a target HTTP:*': NODE,
      'routing > the host selects nothing but host routes > refuses a Host like *': NODE,
      'routing > the host selects nothing but host routes > accepts a Host like "x:"': NODE,
    },
  },
  {
    reason: 'the URL parser rewrites targets: escapes, a lone `?`, backslashes, leading slashes',
    tests: {
      'routing > /public/x? *': NODE,
      'routing > /public/{a}*': ALL,
      'routing > /public/x\\*': NODE_BUN,
      'routing > //secret *': BUN,
      'routing > /public/..//secret*': BUN,
    },
  },
  {
    reason: 'methods in lower case are refused by the server in front',
    tests: { 'transparency > requests > methods in lower case': NODE_BUN },
  },
  {
    reason: 'fetch adds the fields of a browser: Accept, Accept-Encoding, User-Agent and others',
    tests: {
      'explain > shows URL and fields of both requests of *': ALL,
      'transparency > requests > adds no field *': ALL,
      "transparency > content codings > the upstream sees the client's own Accept-Encoding": ALL,
    },
  },
  {
    reason: 'field bytes above 127 are encoded as UTF-8 again',
    tests: {
      'transparency > requests > fields': NODE,
      'transparency > responses > fields, *': NODE,
    },
  },
  {
    reason: 'the server in front writes reason phrase, Date and Content-Type, and drops Upgrade',
    tests: {
      'transparency > responses > reason phrase': ALL,
      'transparency > responses > adds no field': ALL,
      'transparency > response heads > a 426 that asks for another protocol': ALL,
      'a server > incoming requests > advisories > CVE-2026-105299, *': NODE_BUN,
    },
  },
  {
    reason: 'fetch decodes responses: bytes do not arrive as the upstream sent them',
    tests: {
      'transparency > content codings > gzip, *': ALL,
      'transparency > content codings > br, *': ALL,
      'transparency > content codings > deflate, *': NODE_BUN,
    },
  },
  {
    reason: 'fetch sends no body with GET, and no empty body with other methods',
    tests: {
      'transparency > request bodies > of GET': ALL,
      'a copy > has the body > of a DELETE with a length': NODE_DENO,
      'a copy > has the body > of a DELETE in chunks': NODE,
      'a copy > has the body > of a PATCH with a length': DENO,
    },
  },
  {
    reason: 'a stream is sent chunked, although its length is known',
    tests: {
      'transparency > request bodies > 100 KiB with its length': DENO,
      'transparency > request bodies > 3 MB with its length': DENO,
    },
  },
  {
    reason: 'a 205 has no length, and so no end',
    tests: { 'transparency > responses > status 205': DENO },
  },
  {
    reason: 'fetch shows no trailers, and sends none',
    tests: {
      'a copy > equals the primary > has a length, and so no trailers': ALL,
      'transparency > trailers > * the upstream gets TE: trailers': ALL,
      'transparency > trailers > of a response': ALL,
      'transparency > trailers > of a request are no part of the next': BUN,
      'flow > bodies in one-byte chunks *': BUN,
      'transparency > trailers > of a response that are folded *': NODE_BUN,
      'transparency > trailers > of a response that are more than a hundred *': NODE_BUN,
      'transparency > trailers > of a response that are no field *': BUN,
      'transparency > trailers > of a response that are with *': BUN,
      'transparency > trailers > of a response that are over 32 KiB *': BUN,
    },
  },
  {
    reason: 'fetch shows no 1xx responses',
    tests: {
      'transparency > interim responses': ALL,
      'whatever an upstream does > a 1xx has been sent': ALL,
      'a copy > does not depend on how the primary ends > hides 1xx responses *too many': ALL,
    },
  },
  {
    reason: 'fetch cannot upgrade a connection, and each server has its own API for it',
    tests: {
      'a WebSocket > messages': ALL,
      'a WebSocket > handshakes > carry *': ALL,
      'a WebSocket > handshakes > bring *': ALL,
      'a WebSocket > handshakes > follow *': ALL,
      'a WebSocket > handshakes > negotiate *': ALL,
      'a WebSocket > handshakes > lose no bytes *': ALL,
      'a WebSocket > handshakes > that the upstream refuses *': ALL,
      'a WebSocket > handshakes > are retried on the next node *': ALL,
      'a WebSocket > handshakes > are ordinary requests with websocket and {"method":"POST"}': DENO,
      'a WebSocket > handshakes > are ordinary requests with websocket and {"body":"body"}': DENO,
      'a WebSocket > closing': ALL,
      'a WebSocket > flow': ALL,
      'a WebSocket > timeouts': ALL,
      'a WebSocket > accounting > one *': ALL,
      'a WebSocket > byte for byte > heads: *': ALL,
      'a WebSocket > byte for byte > bytes *': ALL,
      'a WebSocket > byte for byte > the client > half-closes *': ALL,
      'a WebSocket > byte for byte > the upstream > *': ALL,
      'a WebSocket > byte for byte > no Upgrade in HTTP/1.0': ALL,
      'a WebSocket > byte for byte > no Upgrade that Connection does not name': NODE_BUN,
      'a WebSocket > many in one process': ALL,
      'whatever a client does > the connection is a tunnel': ALL,
      'whatever an upstream does > the connection is a tunnel': ALL,
      'a server > incoming requests > advisories > CVE-2026-73548, *': NODE_BUN,
      'a server > incoming requests > advisories > CVE-2026-2833, *': NODE_BUN,
    },
  },
  {
    reason: 'fetch decides how strictly and how early a response head is checked',
    tests: {
      "a copy > and the mirror's response > with lines that end in LF *": NODE,
      "a copy > and the mirror's response > with a status below 100 *": NODE,
      'transparency > response heads > lines that end in *': NODE,
      'transparency > response heads > the coding identity': NODE,
      'transparency > response heads > identity before another coding': ALL,
      'transparency > response heads > the length "foo" in a 204': NODE_BUN,
      'transparency > response heads > the length "+5" in a 204': NODE_BUN,
      'transparency > response heads > the length "-5" in a 204': NODE_BUN,
      'transparency > response heads > the length "0x5" in a 204': NODE_BUN,
      'transparency > response heads > the length "5*" in a 204': NODE_BUN,
      'transparency > response heads > the length "" in a 204': NODE_BUN,
      'transparency > response heads > one length in a list*': NODE_BUN,
      'transparency > response heads > a status above 599': BUN_DENO,
      'whatever an upstream does > a GET has arrived > * sends garbage': BUN,
      'whatever an upstream does > a POST has arrived > * sends garbage': BUN,
      'transparency > response heads > bytes that can never become a head * > "SSH-2.0-x\\r\\n"':
        BUN,
      'transparency > response heads > bytes that can never become a head * > "HTTP/2 200\\r\\n"':
        BUN,
      'transparency > response heads > bytes that can never become a head * > "HTTP/1.1 20 OK\\r\\n"':
        NODE,
      'transparency > response heads > bytes that can never become a head * > "* colon"': NODE,
      'transparency > response heads > bytes that can never become a head * > "* folded"': NODE_BUN,
    },
  },
  {
    reason: 'the server in front decides how a request is parsed and refused',
    tests: {
      'a server > incoming requests > smuggling > *: refused*': ALL,
      'a server > incoming requests > smuggling > * forwarded as one request': BUN,
      'a server > incoming requests > smuggling > pipelined requests get *': BUN,
      'a server > incoming requests > advisories > CVE-2021-40346, *': BUN,
      'a server > incoming requests > advisories > *: refused': ALL,
      'a server > incoming requests > limits > *: 414': ALL,
      'a server > incoming requests > limits > *: 431': ALL,
      'a server > incoming requests > limits > *: 417': ALL,
      'a server > incoming requests > limits > fields near 200: forwarded': DENO,
      'costly inputs > from a client: * in Connection': NODE_BUN,
      'costly inputs > from a client: * in TE': NODE_BUN,
      'costly inputs > from a client: commas in X-Forwarded-For': NODE_BUN,
      'costly inputs > from a client: * invalid number': NODE_BUN,
      'costly inputs > from a client: a pattern *': NODE_BUN,
      'costly inputs > from a client: many *': NODE_BUN,
      'costly inputs > from a client: many Connections of many fields': DENO,
    },
  },
  {
    reason: 'pipelined requests are handled at the same time, or not at all',
    tests: {
      'whatever a client does > a second request is pipelined': NODE,
      'whatever a client does > a second request is pipelined > and the client half-closes': BUN,
      'whatever a client does > a second request is pipelined > and the client s*': BUN,
      'whatever a client does > a second request is pipelined > and the client goes silent': BUN,
      'whatever a client does > a second request is pipelined > and the client stops reading': DENO,
    },
  },
  {
    reason:
      'a body of at most 64 KiB is buffered before it is forwarded: as a stream it would cost several ' +
      'times as much, and lose its length on Deno. Until it is complete, the upstream gets no request',
    tests: {
      'whatever a client does > part of a body with a length has been sent': ALL,
      'whatever an upstream does > part of a request has arrived': ALL,
      'whatever a client does > 100 Continue has been sent': NODE_BUN,
      'whatever a client does > 100 Continue has been sent > and the client half-closes': DENO,
      'whatever a client does > 100 Continue has been sent > and the client resets': DENO,
      'whatever a client does > 100 Continue has been sent > and the client goes silent': DENO,
      'whatever a client does > a response is complete, little of the upload unsent': ALL,
    },
  },
  {
    reason: 'the server in front decides what a client gets that sends garbage or goes silent',
    tests: {
      'whatever a client does > nothing has been sent > and the client goes silent': ALL,
      'whatever a client does > part of a head has been sent > and the client goes silent': ALL,
      'whatever a client does > part of a chunked body has been sent > and the client half-closes':
        DENO,
      'whatever a client does > part of a chunked body has been sent > and the client s*': ALL,
      'whatever a client does > part of a chunked body has been sent > and the client goes silent':
        ALL,
      'whatever a client does > a request is complete > and the client sends garbage': NODE_BUN,
      'whatever a client does > a request is complete > and the client stops reading': ALL,
      'whatever a client does > part of a response has arrived > and the client sends garbage':
        NODE_BUN,
      'whatever a client does > part of a response has arrived > and the client stops reading': ALL,
      'whatever a client does > a response is complete, much * > and the client sends garbage':
        BUN_DENO,
      'whatever a client does > a response is complete, much * > and the client goes silent':
        BUN_DENO,
      'whatever a client does > a response is complete, much * > and the client half-closes': DENO,
      'a server > clients > CLIENT_TIMEOUT > a head that stalls gets 408': ALL,
      'a server > clients > CLIENT_TIMEOUT > a body that stalls gets 408': ALL,
      'a server > clients > CLIENT_TIMEOUT > a client that reads nothing *': NODE_DENO,
    },
  },
  {
    reason: 'Bun sends a response head only with the first bytes of the body',
    tests: {
      'transparency > endings > the head arrives before the body': BUN,
      'whatever a client does > part of a response has arrived > and the client half-closes': BUN,
      'whatever a client does > part of a response has arrived > and the client resets': BUN,
      'whatever a client does > part of a response has arrived > and the client goes silent': BUN,
      'whatever an upstream does > part of a body with a length has been sent > *': BUN,
    },
  },
  {
    reason: 'if a response breaks off, the client gets none, or one that looks complete',
    tests: {
      'transparency > an upstream that is killed > by * in a response with its length': BUN,
      'transparency > an upstream that is killed > by * in a response in chunks': BUN,
      'transparency > an upstream that is killed > by * in a response compressed, *': BUN,
      'whatever an upstream does > part of a chunked body has been sent > * sends more than announced':
        BUN,
      'whatever an upstream does > part of a body that ends at close has been sent > * resets':
        NODE_BUN,
      'transparency > an upstream that is killed > by RST * ends at close': NODE_BUN,
    },
  },
  {
    reason: 'fetch hides its connection: no timeout for connecting, no proof that nothing was sent',
    tests: {
      'upstreams > a request that was never sent > * that never accepts a connection': ALL,
      'upstreams > a request that was never sent > to a node of https that is silent *': ALL,
      'upstreams > a request that was never sent > to a node of https that resets in the handshake':
        ALL,
      'upstreams > a request that was never sent > to a node of https that closes *': BUN_DENO,
      'upstreams > a request that was never sent > gets 504 when *': BUN_DENO,
      'a server > the log > names the node, *': DENO,
    },
  },
  {
    reason: 'fetch has no timeout for writing, nor between two reads of a response',
    tests: {
      'a server > deadlines > send: 504 *': ALL,
      'a server > deadlines > send: the response breaks off *': NODE_DENO,
      'a server > deadlines > read: the response breaks off *': NODE_DENO,
      'whatever an upstream does > part of a body with a length has been sent > * goes silent':
        NODE_DENO,
      'whatever an upstream does > part of a chunked body has been sent > * goes silent': NODE_DENO,
      'whatever an upstream does > part of a body that ends at close has been sent > * goes silent':
        NODE_DENO,
      'whatever an upstream does > part of a response has been sent before * > * goes silent':
        NODE_DENO,
      'a server > deadlines > send: a slow client *': ALL,
    },
  },
  {
    reason: 'fetch has its own rules for keeping connections, and counts decoded bytes',
    tests: {
      'upstreams > carries as many requests over a connection as keepalive_pool says': ALL,
      "a copy > and the mirror's response > is cut off when it is longer, *": NODE,
      "a copy > and the mirror's response > of 300000 one-byte chunks *": NODE_BUN,
      "a copy > and the mirror's response > of 100000 one-byte chunks *": DENO,
    },
  },
  {
    reason: 'after an early response an upload goes on, or fails completely where it is reset',
    tests: {
      'whatever an upstream does > a response has been sent before the upload ends': DENO,
      'whatever an upstream does > part of a response has been sent before the upload ends': DENO,
      'a server > an early response > 413 with a length, reset > arrives *': NODE_DENO,
      'a server > an early response > 413 in chunks, reset > arrives *': NODE_DENO,
      'a server > an early response > 401 with a length and Connection: close, reset > arrives *':
        NODE_DENO,
      'a server > an early response > 401 in chunks and Connection: close, reset > arrives *':
        NODE_DENO,
      'a server > an early response > 413 with a length, and the rest read': ALL,
      'a server > an early response > that ends at close is complete, *': ALL,
    },
  },
  {
    reason: 'cases on the wire that the server in front refuses',
    tests: {
      'on the wire > methods > method get': ALL,
      'on the wire > methods > method patch': NODE_BUN,
      'on the wire > methods > OPTIONS *': ALL,
      'on the wire > targets > target: a backslash, *': NODE,
      'on the wire > targets > target: bytes of UTF-8*': NODE,
      'on the wire > targets > target: a byte that is not UTF-8, *': NODE_DENO,
      'on the wire > endings > trailers that belong in the head, of a request': NODE_BUN,
      'on the wire > endings > trailers, of a request': BUN,
      'on the wire > endings > trailers without a Trailer field, *, of a request': BUN,
      'on the wire > endings > trailers of the connection, of a request': BUN,
    },
  },
  {
    reason: 'cases on the wire that fetch refuses, repeats or reads differently',
    tests: {
      'on the wire > statuses > status 407': NODE,
      'on the wire > statuses > status 421': NODE,
      'on the wire > response fields > response field: the same length twice': NODE,
      'on the wire > response bodies > response body: chunks with extensions': NODE_BUN,
      'on the wire > response bodies > response body: a length beside chunks': NODE_DENO,
      'on the wire > content codings > content coding x-gzip *': NODE_BUN,
      'on the wire > interim responses > response 100 *': NODE,
      'on the wire > interim responses > responses 103 and 100 *': NODE,
      'on the wire > interim responses > responses 100 *': NODE,
      'on the wire > endings > a response with a space before the colon': ALL,
      'on the wire > endings > a response with spaces before the colon of a length': ALL,
      'on the wire > endings > a body with its length that breaks off before it begins': BUN,
      'on the wire > endings > trailers that belong in the head, of a response': NODE,
      'on the wire > endings > trailers with a space before the colon': NODE_DENO,
    },
  },
  {
    reason: 'mirrors take from the primary: Bun allows 256 concurrent fetches for both together',
    tests: { 'a mirror > that sends one byte a second: *': BUN },
  },
  {
    reason: 'connections and descriptors are not divided among clients, upstreams and mirrors',
    tests: {
      'a server > clients > MAX_CONNECTIONS > clients that never sent anything *': ALL,
      'a server > clients > MAX_CONNECTIONS > where all are busy, *': ALL,
      'a server > clients > MAX_CONNECTIONS > clients that are idle *': BUN_DENO,
      'a server > clients > MAX_CONNECTIONS > clients that never complete *': BUN_DENO,
      'a server > descriptors > a limit of 256 > *': NODE_BUN,
      'a server > descriptors > a limit of 384 > *': DENO,
      'a server > descriptors > a limit of 1024 > *': NODE_DENO,
      'a server > isolation > descriptors > *': ALL,
    },
  },
  {
    reason: "the console blocks until somebody reads it; the command's own output does not",
    tests: {
      'a server > isolation > a log > that nobody reads *': ALL,
      'a server > isolation > a log > whose reader left *': NODE,
    },
  },
];

/**
 * Not run: tests of the command and its listener, which do not exist here, and tests whose result depends on timing.
 */
export const NOT_ASKED: readonly Limit[] = [
  {
    reason:
      'at times Deno reads more of a body than is kept for a retry before it knows that the node is down',
    tests: {
      'upstreams > a node that is down > forwards a complete large body to the next': DENO,
      'upstreams > a request that was never sent > to a node of http that refuses *': DENO,
      'upstreams > a request that was never sent > to a node of http whose name *': DENO,
      'upstreams > a request that was never sent > to a node of https that speaks no TLS': DENO,
      'upstreams > a request that was never sent > to a node of https with an untrusted certificate':
        DENO,
    },
  },
  {
    reason: 'needs the command, its flags, its output and its exit status',
    tests: { 'explain > as a command': ALL, 'a server > start and stop': ALL },
  },
  {
    reason: 'runs a program that names a runtime of ours',
    tests: {
      'a server > names': ALL,
      "a server > a user's app": ALL,
      "a server > a user's app with a gateway": ALL,
    },
  },
  {
    reason: 'depends on timing: passes at times',
    tests: {
      'a server > an early response > 413 with a length, reset a while later': ALL,
      'a server > an early response > is no failure of the node, which is not ejected': ALL,
      'a server > an early response > 413 with a length, and the rest read > * from a server with TLS':
        NODE,
      'a server > isolation > the event loop > responses *': NODE_BUN,
      'whatever a client does > part of a chunked body has been sent > and the client half-closes':
        NODE,
      'a server > clients > MAX_CONNECTIONS > clients that never complete *': NODE,
      'a server > incoming requests > smuggling > zeros before a chunk size: *': NODE,
      'a server > incoming requests > smuggling > trailers: *': NODE,
      'a server > incoming requests > smuggling > an empty line before: *': NODE,
      'a server > incoming requests > smuggling > a request inside: *': NODE,
      'whatever a client does > a second request is pipelined > and the client resets': BUN,
    },
  },
  {
    reason:
      '@hono/node-server closes the connection of an upload that nobody reads without Connection: close, at times ' +
      'during the next request',
    tests: {
      'a copy > does not depend on how the primary ends > has one outcome when * a body': NODE,
      'a copy > does not depend on how the primary ends > has one outcome when * the body': NODE,
    },
  },
  {
    reason:
      'Bun.serve closes a connection that is silent for 10 s, which is as long as the test waits',
    tests: {
      'whatever an upstream does > a response has been sent before the upload ends': BUN,
      'whatever an upstream does > part of a chunked body has been sent > * goes silent': BUN,
      'whatever an upstream does > part of a body that ends at close has been sent > * goes silent':
        BUN,
      'whatever an upstream does > part of a response has been sent before the upload ends > * goes silent':
        BUN,
      'whatever an upstream does > part of a response has been sent before the upload ends > * sends more *':
        BUN,
    },
  },
  {
    reason:
      'a stream hands over one chunk after another, of a byte each: too slow where the machine is busy',
    tests: {
      'flow > bodies in one-byte chunks *': NODE_DENO,
    },
  },
];
