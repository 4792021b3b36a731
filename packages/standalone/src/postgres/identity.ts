import { spawnSync } from 'node:child_process'
import { userInfo } from 'node:os'

/**
 * As whom PostgreSQL runs: it refuses root.
 *
 * - `self`: we are an ordinary user.
 * - `namespace`: as root, or as a user id without an account, inside a user namespace where we are shown as nobody.
 *   Files stay ours, so folders of mode 0700 above the data are no obstacle.
 * - `nobody`: as root where user namespaces are refused (some containers and hardened kernels). The account cannot enter
 *   root's folders, so programs and data are staged below a system folder everybody can traverse.
 */
export type PostgresIdentity = 'self' | 'namespace' | 'nobody'

export const NOBODY = 65534
const UNSHARE = ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`]

/** Tries, because no file tells reliably whether a user namespace may be made here. */
export const choosePostgresIdentity = (): PostgresIdentity => {
  const isRoot = process.getuid?.() === 0
  if (!isRoot && hasAccount()) return 'self'
  const [command = '', ...args] = UNSHARE
  if (spawnSync(command, [...args, 'true'], { stdio: 'ignore' }).status === 0) return 'namespace'
  return isRoot ? 'nobody' : 'self'
}

/** PostgreSQL looks its user up by name; in a container the user id is often one without an account. */
const hasAccount = (): boolean => {
  try {
    return userInfo().username !== ''
  } catch {
    return false
  }
}

/** The words before a command that make it run as that identity. */
export const identityWrapper = (identity: PostgresIdentity): string[] => {
  if (identity === 'self') return []
  if (identity === 'namespace') return UNSHARE
  return ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--']
}
