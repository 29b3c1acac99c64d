/** `run.json` in the data folder: which process runs this cluster, so that a second start attaches and `down` finds it. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface RunFile {
  readonly pid: number;
  /** The kernel's start time of that process: a pid that was reused is somebody else. */
  readonly startTicks: string;
  readonly url: string;
  readonly runtime: string;
}

const nameOf = (dataFolder: string) => path.join(dataFolder, 'run.json');

export function writeRunFile(dataFolder: string, run: Omit<RunFile, 'pid' | 'startTicks'>): void {
  const whole: RunFile = { pid: process.pid, startTicks: startTicksOf(process.pid) ?? '', ...run };
  writeFileSync(`${nameOf(dataFolder)}.new`, `${JSON.stringify(whole)}\n`);
  renameSync(`${nameOf(dataFolder)}.new`, nameOf(dataFolder));
}

export function removeRunFile(dataFolder: string): void {
  rmSync(nameOf(dataFolder), { force: true });
}

/** The live process that runs this folder's cluster, if there is one. */
export function runningCluster(dataFolder: string): RunFile | undefined {
  let run: RunFile;
  try {
    run = JSON.parse(readFileSync(nameOf(dataFolder), 'utf8')) as RunFile;
  } catch {
    return undefined;
  }
  return startTicksOf(run.pid) === run.startTicks ? run : undefined;
}

/** Field 22 of /proc/PID/stat; where there is no /proc, whether the process exists. */
function startTicksOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // Killed, and only not yet buried by its parent: it runs nothing and holds nothing.
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    if (process.platform === 'linux') return undefined;
    try {
      process.kill(pid, 0);
      return '';
    } catch {
      return undefined;
    }
  }
}
