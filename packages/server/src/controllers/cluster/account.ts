import type { AccountAccess } from '@atrium/provider-contract/provider.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { failure, PhaseFailure } from './failure.ts'

/** The account with its credentials opened. Throws `PhaseFailure` when it or one of its credentials is missing. */
export async function openAccount(
  tx: Tx,
  cluster: StoredObject<'Cluster'>,
  credentialKeys: readonly string[],
): Promise<AccountAccess> {
  const uid = cluster.spec.cloudAccountUid
  const account = uid === '' ? null : await tx.get('CloudAccount', uid)
  if (!account && (uid !== '' || credentialKeys.length > 0))
    throw new PhaseFailure(failure('AccountMissing', `The cloud account ${uid || '(none)'} does not exist.`))
  const credentials: Record<string, Secret<string>> = {}
  for (const key of new Set([...credentialKeys, ...(account?.spec.credentialKeys ?? [])])) {
    const value = await tx.getSecret({ kind: 'CloudAccount', uid }, `credentials.${key}`)
    if (value) credentials[key] = value
    else if (credentialKeys.includes(key))
      throw new PhaseFailure(failure('AccountMissing', `Cloud account ${account?.meta.name} lacks credential ${key}.`))
  }
  return { uid, credentials, settings: account?.spec.settings ?? {} }
}
