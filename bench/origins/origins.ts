import { type NginxOrigin, nginxOrigin } from './nginx-origin.ts';
import { type StalledMirror, stalledMirror } from './stalled-mirror.ts';

/** The servers around each gateway. */
export interface Origins {
  readonly upstream: NginxOrigin;
  readonly mirror: NginxOrigin;
  readonly stalled: StalledMirror;
  stop(): Promise<void>;
}

export async function startOrigins(): Promise<Origins> {
  const [upstream, mirror, stalled] = await Promise.all([
    nginxOrigin(),
    nginxOrigin(),
    stalledMirror(),
  ]);
  const all = [upstream, mirror, stalled];
  return {
    upstream,
    mirror,
    stalled,
    stop: async () => void (await Promise.all(all.map((one) => one.stop()))),
  };
}
