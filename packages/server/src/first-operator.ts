import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Actor } from '@atrium/runtime/store/store.ts'
import { type Installation, readSecret } from './context.ts'

const actor: Actor = { type: 'operator', uid: 'configuration', name: 'first start' }

/** Makes the operator that the configuration names where there is none yet; later the configuration changes nothing. */
export async function ensureFirstOperator({ config, identity, logger }: Installation): Promise<void> {
  if (config.firstOperator === null) return
  const { email, passwordFile } = config.firstOperator
  const password = readSecret(passwordFile)
  if (password === null)
    throw new AtriumError(
      'InvalidState',
      `${passwordFile} is missing or empty: it holds the first operator's password.`,
    )
  if (await identity.operators.ensureFirst(actor, email, password)) logger.info({ email }, 'first operator made')
}
