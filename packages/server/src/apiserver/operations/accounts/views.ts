import type { v1CustomAccount } from '@atrium/api/generated/operations.d.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { viewMeta } from '../../shapes/meta.ts'
import { withUnknown } from '../../shapes/unknown.ts'

/** Clients compare `kind` with the cloud type. Credentials are never read back. */
export const viewAccount = ({ meta, spec }: StoredObject<'CloudAccount'>): v1CustomAccount =>
  withUnknown(
    {
      apiVersion: 'v1',
      kind: spec.cloudType,
      metadata: viewMeta(meta),
      spec: { credentials: {} },
      status: { state: 'Running' },
    },
    spec.unknown,
  )

/** The account, provided that it is one of `cloudType`. */
export async function getAccount(tx: Tx, cloudType: string, uid: string): Promise<StoredObject<'CloudAccount'>> {
  const account = await tx.get('CloudAccount', uid)
  if (account?.spec.cloudType === cloudType) return account
  throw new AtriumError('ResourceNotFound', `Cloud account '${uid}' of type '${cloudType}' is not found.`)
}
