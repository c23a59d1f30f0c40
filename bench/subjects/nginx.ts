import { isInstalled } from '../machine/programs.ts';
import type { Program } from '../../test/support/process.ts';
import { runNginx } from '../origins/nginx.ts';
import type { Place, Subject } from './subject.ts';

/**
 * nginx with its `mirror`, the engine under APISIX's plugin, with one worker and pooled connections. By default it
 * writes bodies of 16 KiB to a file before it forwards them.
 */
export const NGINX: Subject = subject('nginx', 'nginx mirror', '');

/** The same, configured to keep as much of a body in memory as we copy by default. */
export const NGINX_IN_MEMORY: Subject = subject(
  'nginx-memory',
  'nginx mirror, body in memory',
  'client_body_buffer_size 1m;',
);

function subject(name: string, title: string, settings: string): Subject {
  return {
    name,
    title,
    kind: 'competitor',
    runtime: null,
    missing: () => (isInstalled('nginx') ? null : 'nginx is not installed'),
    launch: (place) => mirroringNginx(place, settings),
  };
}

/** @param settings of the whole server */
export function mirroringNginx(place: Place, settings = '', workers = 1): Promise<Program> {
  return runNginx({ folder: place.folder, http: `${settings} ${configuration(place)}`, workers });
}

function configuration({ port, upstream, mirror, stalled }: Place): string {
  const pool = (name: string, url: string) =>
    `upstream ${name} { server ${new URL(url).host}; keepalive 128; }`;
  return `${pool('primary', upstream)} ${pool('mirrored', mirror)} ${pool('stalled', stalled)}
  server {
    listen 127.0.0.1:${port} backlog=4096;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    location / { proxy_pass http://primary; }
    location /mirrored { mirror /copy/mirrored; proxy_pass http://primary; }
    location /stalled { mirror /copy/stalled; proxy_pass http://primary; }
    location = /copy/mirrored { internal; proxy_pass http://mirrored$request_uri; }
    location = /copy/stalled { internal; proxy_pass http://stalled$request_uri; }
  }`;
}
