import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasCode, writeFileAtomically } from '@atrium/runtime/base/files.ts'
import { hasAccount, mayMapUsers, NOBODY, USER_NAMESPACE } from '@atrium/toolchain/user.ts'

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

/** For data that is yet to be made: what this machine allows. */
export const choosePostgresIdentity = (): PostgresIdentity => {
  const isRoot = process.getuid?.() === 0
  if (!isRoot && hasAccount()) return 'self'
  if (mayMapUsers()) return 'namespace'
  return isRoot ? 'nobody' : 'self'
}

/**
 * The identity that made the data of this folder, or null before there is any. It stays: another one would look for the
 * data elsewhere, and find none.
 */
export const rememberedIdentity = (folder: string): PostgresIdentity | null => {
  try {
    return readFileSync(identityFile(folder), 'utf8').trim() as PostgresIdentity
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  }
}

export const rememberIdentity = (folder: string, identity: PostgresIdentity): void =>
  writeFileAtomically(identityFile(folder), `${identity}\n`)

const identityFile = (folder: string): string => join(folder, 'identity')

/** Throws with what to do when PostgreSQL cannot run as that identity now. */
export const checkIdentity = (folder: string, identity: PostgresIdentity): void => {
  const isRoot = process.getuid?.() === 0
  const made = `The database in ${folder} was made`
  if (identity === 'self' && isRoot)
    throw new Error(`${made} by an ordinary user, and PostgreSQL refuses to run as root: start Atrium as that user.`)
  if (identity === 'nobody' && !isRoot) throw new Error(`${made} by root: start Atrium as root.`)
  if (identity === 'namespace' && !mayMapUsers())
    throw new Error(
      `${made} in a user namespace, and none can be made now. Try again; if that does not help, allow them: see sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone and kernel.apparmor_restrict_unprivileged_userns.`,
    )
}

/** The words before a command that make it run as that identity. */
export const identityWrapper = (identity: PostgresIdentity): string[] => {
  if (identity === 'self') return []
  if (identity === 'namespace') return USER_NAMESPACE
  return ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--']
}
