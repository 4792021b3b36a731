import type { v1UserAssetsLocation } from '@atrium/api/generated/operations.d.ts'
import type { StorageLocationSpec } from '@atrium/api/kinds/storage-location.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { notFound } from '../../../admission/authorize.ts'
import { canOn, type Subject } from '../../../auth/rights/subject.ts'
import { invalid } from '../../invalid.ts'
import { viewMeta } from '../../shapes/meta.ts'
import { withUnknown } from '../../shapes/unknown.ts'

type Location = StoredObject<'StorageLocation'>
type Fields = Record<string, unknown>

const credentialsField = 'credentials'
const refOf = (uid: string) => ({ kind: 'StorageLocation', uid })

/** What a request says of a location of whatever storage. */
export interface LocationBody {
  spec?: { isDefault?: boolean | undefined; type?: string | undefined; config: { credentials: object } } | undefined
}

/** A location as it is stored, and its credentials apart: all of them are secret but their kind. */
export function parseLocation(
  storage: StorageLocationSpec['storage'],
  { spec }: LocationBody,
  unknown: StorageLocationSpec['unknown'],
): { spec: StorageLocationSpec; credentials: Fields } {
  const { credentials, ...config } = spec?.config ?? { credentials: {} }
  const empty = Object.entries(config).find(([name, value]) => value === '' && /Name$|^region$/.test(name))
  if (empty) throw invalid(`spec.config.${empty[0]}`, 'is empty')
  const { credentialType } = credentials as { credentialType?: string }
  return {
    credentials: { ...credentials },
    spec: {
      ...{ storage, isDefault: spec?.isDefault ?? false, ...(spec?.type && { type: spec.type }) },
      config: { ...config, credentials: credentialType === undefined ? {} : { credentialType } },
      ...(unknown && { unknown }),
    },
  }
}

export const storeCredentials = (tx: Tx, uid: string, credentials: Fields): Promise<void> =>
  tx.putSecret(refOf(uid), credentialsField, new Secret(JSON.stringify(credentials)))

/** One default in a scope: the others of it are none any more. */
export async function replaceDefault(tx: Tx, { meta, spec }: Location): Promise<void> {
  if (!spec.isDefault) return
  const { items } = await tx.list('StorageLocation', { project: meta.project, limit: 0 })
  for (const other of items.filter((one) => one.spec.isDefault && one.meta.uid !== meta.uid)) {
    await tx.update('StorageLocation', other.meta.uid, { spec: { ...other.spec, isDefault: false } })
  }
}

/** The location, provided that it is of this storage; of any where none is named. */
export async function getLocation(tx: Tx, uid: string, storage?: StorageLocationSpec['storage']): Promise<Location> {
  const location = await tx.get('StorageLocation', uid)
  if (!location || (storage !== undefined && location.spec.storage !== storage)) throw notFound('StorageLocation', uid)
  return location
}

const typeOf = ({ spec: { type } }: Location) => (type === undefined ? {} : { type })

export const viewLocation = (location: Location): v1UserAssetsLocation => ({
  metadata: viewMeta(location.meta),
  spec: { isDefault: location.spec.isDefault, storage: location.spec.storage, ...typeOf(location) },
})

/** With credentials in clear for those who may change the location: clients compare them with what they sent. */
export async function viewWhole(tx: Tx, subject: Subject, location: Location): Promise<object> {
  const { meta, spec } = location
  const stored = canOn(subject, 'location.update', meta) ? await tx.getSecret(refOf(meta.uid), credentialsField) : null
  const shown = stored === null ? Object(spec.config['credentials']) : (JSON.parse(stored.reveal()) as Fields)
  const config = { ...spec.config, credentials: { ...impliedOf(spec), ...shown } }
  const view = { metadata: viewMeta(meta), spec: { isDefault: spec.isDefault, config, ...typeOf(location) } }
  return withUnknown(view, spec.unknown)
}

/** Keys of AWS are of this kind unless they say otherwise, and clients take the word for granted. */
const impliedOf = ({ storage }: StorageLocationSpec): Fields =>
  storage === 's3' || storage === 'minio' ? { credentialType: 'secret' } : {}
