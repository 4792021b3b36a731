import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'

/** Where what is measured runs, and where what loads it does. */
export const cores = { measured: 0, load: 1 } as const

/** Keeps a process, its threads and what it starts from now on on one core. A machine with one core has nothing to choose. */
export const pin = (pid: number, core: number): void => {
  if (cpus().length > 1) execFileSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' })
}
