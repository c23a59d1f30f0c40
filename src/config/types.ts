/** The types of a routes document, for every entry that has or takes one. Names that say little alone get longer. */
export type { CompareConfig, ComparedHeaders, RedactConfig } from './compare.ts';
export type { RouteInput, RoutesDocument } from './document.ts';
export type {
  Description as ResourceDescription,
  Id as ResourceId,
  Method as RouteMethod,
  Timeout as UpstreamTimeout,
} from './fields.ts';
export type { HeaderChanges } from './mirror-headers.ts';
export type { NodeEntry as UpstreamNode, Nodes as UpstreamNodes } from './nodes.ts';
export type { PluginsConfig } from './plugins.ts';
export type { BreakerConfig, MirrorConfig, PluginMeta, ProxyMirrorConfig } from './proxy-mirror.ts';
export type { RouteConfig } from './route.ts';
export type { TlsConfig } from '../http/destination.ts';
export type { KeepalivePool, UpstreamConfig } from './upstream.ts';
