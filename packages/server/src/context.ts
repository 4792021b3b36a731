import type { Provider } from '@atrium/provider-contract/provider.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import type { Store } from '@atrium/runtime/store/store.ts'
import type { Admission } from './admission/admission.ts'
import type { Identity } from './auth/identity.ts'

/** Everything the server's parts depend on, built once. */
export interface ServerContext {
  clock: Clock
  random: Random
  logger: Logger
  store: Store
  identity: Identity
  admission: Admission
  /** Providers by cloud type. */
  providers: ReadonlyMap<string, Provider>
  /** The installation's own credential; null = operator operations are closed. */
  operatorToken: Secret<string> | null
}
