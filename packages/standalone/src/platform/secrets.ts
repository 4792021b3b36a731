import { existsSync, readFileSync } from 'node:fs'
import { writeFileAtomically } from '@atrium/runtime/base/files.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { createKeyPair } from '@atrium/runtime/pki/keys.ts'
import type { PlatformHome } from '@atrium/toolchain/platform.ts'

/** Makes the installation's own secrets at the first start: the operator's token, and the key of registry tokens. */
export const ensureSecrets = async (
  home: Pick<PlatformHome, 'operatorTokenFile' | 'registryTokenKeyFile'>,
  random: Random,
): Promise<{ registryTokenKey: Secret<string> }> => {
  if (!existsSync(home.operatorTokenFile))
    writeFileAtomically(home.operatorTokenFile, `${random.bytes(32).toString('base64url')}\n`)
  if (!existsSync(home.registryTokenKeyFile))
    writeFileAtomically(home.registryTokenKeyFile, (await createKeyPair('ec')).privateKeyPem)
  return { registryTokenKey: new Secret(readFileSync(home.registryTokenKeyFile, 'utf8')) }
}
