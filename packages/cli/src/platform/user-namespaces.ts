import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Whether this kernel lets a process give itself another user: PostgreSQL refuses to run as root. */
export async function canMapUsers(): Promise<boolean> {
  const child = spawn('unshare', ['--user', '--map-user=65534', '--map-group=65534', 'true'], { stdio: 'ignore' })
  const ended = once(child, 'exit')
  // Where the program itself is missing there is no exit, only an error.
  const missing = once(child, 'error').then(() => [1])
  const [code] = (await Promise.race([ended, missing])) as [number | null]
  return code === 0
}
