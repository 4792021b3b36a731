import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { createServer } from 'node:net'

/**
 * One daemon per folder. On Linux the lock is an abstract socket: taken atomically, and gone with its process however
 * that ends. Throws when another daemon holds it.
 */
export const takeLock = async (dir: string): Promise<void> => {
  if (process.platform !== 'linux') return
  const name = createHash('sha256').update(realpathSync(dir)).digest('hex').slice(0, 40)
  const lock = createServer((connection) => connection.destroy())
  await new Promise<void>((resolve, reject) => {
    lock.once('error', () => reject(new Error(`another cloud daemon serves ${dir}`)))
    lock.listen(`\0atrium-cloud-${process.getuid?.() ?? 0}-${name}`, resolve)
  })
  lock.unref()
}
