import type { v1CustomAccount } from '@atrium/api/generated/operations.d.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { viewMeta } from '../../shapes/meta.ts'
import { withUnknown } from '../../shapes/unknown.ts'
import { viewAccountSpec } from './account-spec.ts'
import type { AccountCloud } from './clouds.ts'

type Account = StoredObject<'CloudAccount'>

/** Clients compare `kind` with the cloud type. Credentials are never read back. */
export const viewAccount = ({ meta, spec }: Account): v1CustomAccount =>
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

/** An account of a cloud that the public API has operations for. */
export const viewNamedAccount = (cloud: AccountCloud, { meta, spec }: Account) => ({
  apiVersion: 'v1',
  kind: spec.cloudType,
  metadata: viewMeta(meta),
  // What the contract says of it was checked when it came in.
  spec: viewAccountSpec(cloud, spec.settings, spec.credentialKeys) as never,
  status: { state: 'Running' },
})

/** The account, provided that it is one of `cloudType`. */
export const getAccount = async (tx: Tx, cloudType: string, uid: string): Promise<Account> =>
  ofType(await tx.get('CloudAccount', uid), cloudType, uid)

/** As `getAccount`, for those who may change it, held until the transaction ends. */
export const lockAccount = async (tx: Tx, cloudType: string, uid: string): Promise<Account> =>
  ofType(await tx.getForUpdate('CloudAccount', uid), cloudType, uid)

function ofType(account: Account | null, cloudType: string, uid: string): Account {
  if (account?.spec.cloudType === cloudType) return account
  throw new AtriumError('ResourceNotFound', `Cloud account '${uid}' of type '${cloudType}' is not found.`)
}
