import { systemClock } from '@atrium/runtime/base/clock.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { FileKeyProvider } from '@atrium/server/store/keys/file-key-provider.ts'
import { openStore, type StoreOptions } from '@atrium/server/store/postgres-store.ts'

// A server that does nothing but sequence the change log; says `leading` once it does. argv: store options, key file.
const [options = '{}', keyFile = ''] = process.argv.slice(2)
const store = await openStore({
  ...(JSON.parse(options) as Pick<StoreOptions, 'databaseUrl'>),
  keyProvider: new FileKeyProvider(keyFile, systemRandom),
  clock: systemClock,
  random: systemRandom,
  logger: silentLogger,
})
while (!store.sequencing) await systemClock.sleep(5)
process.send?.('leading')
