/** Name of the size of the bundle in `Figures`, in KiB. */
export const BUNDLE = 'bundle';

/** Name of the milliseconds until the first response. */
export function startUpOf(worker: 'ours' | 'bare'): string {
  return `start-up ${worker}`;
}

/** Name of the microseconds of processor time for a mirrored request. */
export function cpuOf(name: 'get' | 'post', worker: 'ours' | 'by hand'): string {
  return `cpu ${name} ${worker}`;
}
