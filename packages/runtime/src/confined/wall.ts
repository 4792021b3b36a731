import { spawnSync } from 'node:child_process'

/**
 * What keeps a confined process in. `whole`: a user and a network namespace of its own (no route, no address but its own loopback, nobody's
 * rights) and limits of the kernel. `limits`: the limits alone, where the system refuses namespaces. `none`: neither, as on macOS.
 */
export type Wall = 'whole' | 'limits' | 'none'

export interface KernelLimits {
  cpuSeconds: number
  /** Private memory; a process that asks for more is refused and ends. */
  memoryBytes: number
}

const NOBODY = 65534
const NAMESPACES = ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, '--net', '--ipc', '--uts']
const OPEN_FILES = 64

/** The words before a command that put it behind this wall. */
export const wallWords = (wall: Wall, { cpuSeconds, memoryBytes }: KernelLimits): string[] => {
  // The first bound ends it by a signal that nobody else sends; what ignores that is killed at the second.
  const cpu = `--cpu=${cpuSeconds}:${cpuSeconds + 1}`
  const limits = ['prlimit', cpu, `--data=${memoryBytes}`, `--nofile=${OPEN_FILES}`, '--core=0']
  if (wall === 'none') return []
  return wall === 'whole' ? [...NAMESPACES, ...limits] : limits
}

/** The best wall of this system, by trying: no file tells reliably what a kernel lets us do. */
export const findWall = (path = process.env.PATH): Wall => {
  const holds = (wall: Wall): boolean => {
    const [command = '', ...args] = wallWords(wall, { cpuSeconds: 10, memoryBytes: 1024 ** 3 })
    return spawnSync(command, [...args, 'true'], { stdio: 'ignore', env: { PATH: path }, timeout: 10_000 }).status === 0
  }
  return (['whole', 'limits'] as const).find(holds) ?? 'none'
}

/** For people: what holds here, and what does not. */
export const describeWall = (wall: Wall): string =>
  ({
    whole: 'no network, an empty home, limited processor time and memory',
    limits:
      'an empty home, limited processor time and memory; this system refuses namespaces, so the network is not closed',
    none: 'an empty home; this system has neither namespaces nor limits (unshare and prlimit of util-linux are missing)',
  })[wall]

/** What the operator demands: a whole wall, or the best that the system gives. Variable `ATRIUM_ISOLATION`. */
export const isolations = ['required', 'best-effort'] as const
export type Isolation = (typeof isolations)[number]

/** Why what strangers wrote is neither read nor rendered here; null where it is. */
export const refusalOf = (wall: Wall, isolation: Isolation): string | null =>
  wall === 'whole' || isolation === 'best-effort'
    ? null
    : `What strangers wrote is not worked on here, because this system does not keep a process in (what it gives: ${describeWall(wall)}). Allow user namespaces (sysctl user.max_user_namespaces), or accept what there is: ATRIUM_ISOLATION=best-effort.`
