import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { ServerConfig } from './config/config.ts'
import { Database, type DatabaseOptions } from './store/database.ts'
import { beginHistory } from './store/history.ts'
import { migrate } from './store/migrate.ts'

/** The URLs of the server's two roles, where they have any. */
export const roleUrlsOf = ({ database }: ServerConfig): Pick<DatabaseOptions, 'appUrl' | 'systemUrl'> => ({
  ...(database.appUrl ? { appUrl: database.appUrl.reveal() } : {}),
  ...(database.systemUrl ? { systemUrl: database.systemUrl.reveal() } : {}),
})

/** The operator's step after a restore that leaves no trace in the database: begins a new history and epoch of the plane. */
export const declareRestored = async (
  config: ServerConfig,
  capabilities: { clock: Clock; random: Random; logger: Logger },
): Promise<void> => {
  const url = config.database.url.reveal()
  await migrate({ url, ...capabilities })
  const database = new Database({ url, ...roleUrlsOf(config), ...capabilities })
  try {
    const { epoch } = await beginHistory(database)
    capabilities.logger.info({ epoch }, 'the plane counts as restored: watchers list again, agents tell what they run')
  } finally {
    await database.close()
  }
}
