import { spawnSync } from 'node:child_process'

/**
 * As whom PostgreSQL runs: it refuses root.
 *
 * - `self`: we are an ordinary user.
 * - `namespace`: as root, inside a user namespace where root is shown as nobody. Files stay ours, so folders of mode
 *   0700 above the data are no obstacle, and no account is needed.
 * - `nobody`: as root where user namespaces are refused (some containers and hardened kernels). The account cannot enter
 *   root's folders, so programs and data are staged below a system folder everybody can traverse.
 */
export type PostgresIdentity = 'self' | 'namespace' | 'nobody'

export const NOBODY = 65534
const UNSHARE = ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`]

/** Tries, because no file tells reliably whether a user namespace may be made here. */
export const choosePostgresIdentity = (): PostgresIdentity => {
  if (process.getuid?.() !== 0) return 'self'
  const [command = '', ...args] = UNSHARE
  return spawnSync(command, [...args, 'true'], { stdio: 'ignore' }).status === 0 ? 'namespace' : 'nobody'
}

/** The words before a command that make it run as that identity. */
export const identityWrapper = (identity: PostgresIdentity): string[] => {
  if (identity === 'self') return []
  if (identity === 'namespace') return UNSHARE
  return ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--']
}
