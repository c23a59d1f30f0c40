import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';

/** A process of a process group. */
interface Member {
  readonly pid: number;
  /** Name of the executable. */
  readonly name: string;
}

/** @throws on other systems: memory and sockets of other processes are read from /proc */
export function requireLinux(): void {
  if (process.platform === 'linux') return;
  throw new Error(`this program needs /proc and so Linux; this is ${process.platform}`);
}

/**
 * The processes of a group, which `run` creates for each program, since launchers have children. Linux only.
 * @param only counts only processes with this name
 */
export function members(group: number, only?: string): Member[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      const stat = readOrNull(`/proc/${entry}/stat`);
      // The name is in parentheses and may contain spaces.
      const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(stat ?? '') ?? [];
      if (name === undefined || Number(rest!.split(' ')[2]) !== group) return [];
      return only === undefined || only === name ? [{ pid: Number(entry), name }] : [];
    });
}

/** Resident memory of all these processes, in bytes. */
export function residentBytes(pids: readonly Member[]): number {
  return sum(pids, ({ pid }) => statusBytes(pid, 'VmRSS'));
}

/** The most resident memory of all these processes since `forgetPeaks`, in bytes. */
export function peakResidentBytes(pids: readonly Member[]): number {
  return sum(pids, ({ pid }) => statusBytes(pid, 'VmHWM'));
}

/** Makes the kernel forget the peaks of the resident memory of these processes. */
export function forgetPeaks(pids: readonly Member[]): void {
  // 5 is documented in proc(5).
  for (const { pid } of pids) writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

function statusBytes(pid: number, field: string): number {
  const status = readOrNull(`/proc/${pid}/status`) ?? '';
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
}

/** Number of open sockets of all these processes. */
export function openSockets(pids: readonly Member[]): number {
  return sum(pids, ({ pid }) => {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).filter((fd) => linkOrNull(`${folder}/${fd}`)?.startsWith('socket:'))
      .length;
  });
}

/** Unit of the times in /proc/PID/stat, in hertz: fixed for user space, whatever the kernel's own clock. */
const TICKS_PER_SECOND = 100;

/** Seconds of processor time of all these processes, in user and in system mode. */
export function cpuSeconds(pids: readonly Member[]): number {
  return sum(pids, ({ pid }) => secondsOf(statFields(`/proc/${pid}/stat`)));
}

/** The part of `cpuSeconds` that threads with a lower priority than usual took. */
export function lowPrioritySeconds(pids: readonly Member[]): number {
  return sum(pids, ({ pid }) => {
    const threads = readdirSync(`/proc/${pid}/task`).map((thread) =>
      statFields(`/proc/${pid}/task/${thread}/stat`),
    );
    return threads.filter(isNice).reduce((total, fields) => total + secondsOf(fields), 0);
  });
}

/** The fields of proc(5) from the third on, the state. */
function statFields(path: string): readonly string[] {
  return /\) (.*)$/s.exec(readOrNull(path) ?? '')?.[1]?.split(' ') ?? [];
}

function secondsOf(fields: readonly string[]): number {
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_SECOND;
}

function isNice(fields: readonly string[]): boolean {
  return Number(fields[16] ?? 0) > 0;
}

function sum(pids: readonly Member[], of: (member: Member) => number): number {
  return pids.reduce((total, member) => total + of(member), 0);
}

/** `null` if the process has exited meanwhile. */
function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function linkOrNull(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
