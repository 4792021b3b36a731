import type { Operations } from '@atrium/api/generated/operations.d.ts'
import type { StorageLocationSpec } from '@atrium/api/kinds/storage-location.ts'
import { defineOperation, type OperationId, type RegisteredOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { mustFit } from '../tenants/resource-limits.ts'
import { getLocation, parseLocation, replaceDefault, storeCredentials, viewWhole } from './locations.ts'

type Storage = StorageLocationSpec['storage']
type Kind = 'S3' | 'Minio' | 'Gcp' | 'Azure'
type LocationOperation<Verb extends string> = Extract<OperationId, `v1UsersAssetsLocation${Kind}${Verb}`>
type Body = Operations[LocationOperation<'Create'>]['body']

/** The schema of a location: one in a bucket of one's own is described as one of S3. */
const schemas = {
  s3: 'v1UserAssetsLocationS3',
  minio: 'v1UserAssetsLocationS3',
  gcp: 'v1UserAssetsLocationGcp',
  azure: 'v1UserAssetsLocationAzure',
} as const satisfies Record<Storage, string>

export const defineLocationCreate = (id: LocationOperation<'Create'>, storage: Storage): RegisteredOperation =>
  defineOperation(id, {
    scope: 'project',
    permission: 'location.create',
    async handler({ subject, body, project, unknownOf }, context) {
      const sent: Body = body
      const { spec, credentials } = parseLocation(storage, sent, unknownOf(schemas[storage], sent))
      await mustFit(context, subject, 'location')
      return context.admission.run(subject, async (tx) => {
        const made = await tx.create({ kind: 'StorageLocation', project, ...parseMeta(sent.metadata), spec })
        await storeCredentials(tx, made.meta.uid, credentials)
        await replaceDefault(tx, made)
        return { uid: made.meta.uid }
      })
    },
  })

export const defineLocationGet = (id: LocationOperation<'Get'>, storage: Storage): RegisteredOperation =>
  defineOperation(id, {
    scope: 'object',
    permission: 'location.get',
    handler: ({ subject, params }, context) =>
      context.admission.run(subject, async (tx) => {
        const location = await getLocation(tx, params.uid, storage)
        // Its shape is that of the storage, which only the running program knows.
        return (await viewWhole(tx, subject, location)) as never
      }),
  })

export const defineLocationUpdate = (id: LocationOperation<'Update'>, storage: Storage): RegisteredOperation =>
  defineOperation(id, {
    scope: 'object',
    permission: 'location.update',
    async handler({ subject, params, body, unknownOf }, context) {
      const sent: Body = body
      const { spec, credentials } = parseLocation(storage, sent, unknownOf(schemas[storage], sent))
      await context.admission.run(subject, async (tx) => {
        await getLocation(tx, params.uid, storage)
        const changed = await tx.update('StorageLocation', params.uid, { ...parseMeta(sent.metadata), spec })
        await storeCredentials(tx, params.uid, credentials)
        await replaceDefault(tx, changed)
      })
    },
  })
