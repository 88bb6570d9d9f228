/** A server under measurement: a child process whose CPU time and memory Linux accounts for as a whole. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

export interface CpuSeconds {
  readonly user: number;
  readonly system: number;
}

/** Ticks a second of /proc/PID/stat: fixed at 100 for every user of it. */
const TICKS = 100;
const STOP_WITHIN_MS = 15_000;

export class MeasuredProcess {
  readonly child: ChildProcess;
  /** Its first line on stdout, parsed. */
  readonly announcement: Record<string, unknown>;

  private constructor(child: ChildProcess, announcement: Record<string, unknown>) {
    this.child = child;
    this.announcement = announcement;
  }

  static async start(args: readonly string[]): Promise<MeasuredProcess> {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout! });
    const line = await Promise.race([
      once(lines, 'line'),
      once(child, 'exit').then(() => Promise.reject(new Error(`${args[0]} ended at once`))),
    ]);
    return new MeasuredProcess(child, JSON.parse(String(line[0])) as Record<string, unknown>);
  }

  /** Of all threads, since the start. */
  cpu(): CpuSeconds {
    return cpuOf(this.child.pid!);
  }

  peakRssMiB(): number {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const overdue = setTimeout(() => this.child.kill('SIGKILL'), STOP_WITHIN_MS);
    await ended;
    clearTimeout(overdue);
  }
}

export function cpuOf(pid: number): CpuSeconds {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name may hold spaces and brackets; fields are counted from behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { user: Number(fields[11]) / TICKS, system: Number(fields[12]) / TICKS };
}
