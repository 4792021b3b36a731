import { existsSync } from 'node:fs'
import { writeFileAtomically } from '@atrium/runtime/base/files.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Actor } from '@atrium/runtime/store/store.ts'
import type { Installation } from '@atrium/server/context.ts'
import { type OperatorCredentials, type PlatformHome, readJsonFile } from '@atrium/toolchain/platform.ts'

const actor: Actor = { type: 'operator', uid: 'standalone', name: 'first start' }
const email = 'operator@atrium.local'

/**
 * Makes the first operator, apart from every tenant, where there is none yet. The file comes first: a start that is killed in
 * between leaves a password that the next one still uses. True when this was it.
 */
export const ensureFirstOperator = async (
  { identity, random }: Pick<Installation, 'identity' | 'random'>,
  home: Pick<PlatformHome, 'operatorFile'>,
): Promise<boolean> => {
  if ((await identity.operators.list()).length > 0) return false
  if (!existsSync(home.operatorFile)) {
    const made: OperatorCredentials = { email, password: random.bytes(15).toString('base64url') }
    writeFileAtomically(home.operatorFile, `${JSON.stringify(made, null, 2)}\n`)
  }
  const credentials = readJsonFile<OperatorCredentials>(home.operatorFile)
  if (credentials === null) return false
  return identity.operators.ensureFirst(actor, credentials.email, new Secret(credentials.password))
}
