import { existsSync } from 'node:fs'
import { readEnv } from '@atrium/server/config/env.ts'
import { createLogger } from '@atrium/server/logger.ts'
import { declareRestored } from '@atrium/server/restored.ts'
import { tryLock } from '@atrium/toolchain/lock.ts'
import { platformHome } from '@atrium/toolchain/platform.ts'
import { startDatabase } from './parts.ts'
import { configOf, inUse, type RunOptions, urlsOf } from './run.ts'

/** After a home folder, or its database's files, were put back from a copy: the plane begins a new history. */
export const declareHomeRestored = async (options: Omit<RunOptions, 'port'>): Promise<void> => {
  const { clock, random } = options
  const home = platformHome(options.home)
  if (!existsSync(home.folder)) throw new Error(`There is no home folder ${home.folder}.`)
  const lock = tryLock(home.lockFile)
  if (lock === null) throw inUse(home)
  try {
    const env = readEnv(options.env)
    const capabilities = { clock, random, logger: createLogger('info') }
    const database = env.databaseUrl === undefined ? await startDatabase({ home, ...capabilities }) : null
    await declareRestored(configOf(home, env, database ? urlsOf(database.part) : {}), capabilities)
  } finally {
    lock.release()
  }
}
