/** What Linux accounts for of a process with all its threads, from /proc. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

export interface CpuSeconds {
  readonly user: number;
  readonly system: number;
}

/** Ticks a second of /proc/PID/stat: fixed at 100 for every user of it. */
const TICKS = 100;
/** Written to clear_refs, this resets VmHWM to what is resident now. */
const RESET_PEAK = '5';

/** Of all threads, also those that ended, since the start. To 10 ms. */
export function cpuOf(pid: number): CpuSeconds {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name may hold spaces and brackets; fields are counted from behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { user: Number(fields[11]) / TICKS, system: Number(fields[12]) / TICKS };
}

/** Of the threads that live now, in seconds, to the nanosecond: for what is too little for ticks. */
export function fineCpuOf(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const nanos = tasks.map((task) =>
    Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanos.reduce((sum, one) => sum + one, 0) / 1e9;
}

function statusMiB(pid: number, key: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
}

/** Resident, without the pages of mapped files, which the kernel may take back at any time. */
export const anonymousMiB = (pid: number): number => statusMiB(pid, 'RssAnon');
export const rssMiB = (pid: number): number => statusMiB(pid, 'VmRSS');
export const peakRssMiB = (pid: number): number => statusMiB(pid, 'VmHWM');

/** Begins a new peak; false where the process is not ours to touch. */
export function resetPeakRss(pid: number): boolean {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, RESET_PEAK);
    return true;
  } catch {
    return false;
  }
}

/** Bytes that the process caused to be written to disks; undefined where we may not look. */
export function writtenBytesOf(pid: number): number | undefined {
  try {
    const io = readFileSync(`/proc/${pid}/io`, 'utf8');
    return Number(/^write_bytes: (\d+)/m.exec(io)?.[1]);
  } catch {
    return undefined;
  }
}
