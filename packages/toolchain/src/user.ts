import { spawnSync } from 'node:child_process'
import { userInfo } from 'node:os'

/** The user id of `nobody`, and of its group. */
export const NOBODY = 65534

/** The words before a command that run it in a user namespace, where we are shown as nobody and files stay ours. */
export const USER_NAMESPACE = ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`]

/** Tries, because no file tells reliably whether this kernel lets us make a user namespace. */
export const mayMapUsers = (): boolean => {
  const [command = '', ...args] = USER_NAMESPACE
  return spawnSync(command, [...args, 'true'], { stdio: 'ignore' }).status === 0
}

/** PostgreSQL looks its user up by name; in a container the user id is often one without an account. */
export const hasAccount = (): boolean => {
  try {
    return userInfo().username !== ''
  } catch {
    return false
  }
}
