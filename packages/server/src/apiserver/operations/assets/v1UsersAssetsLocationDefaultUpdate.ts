import { notFound } from '../../../admission/authorize.ts'
import { defineOperation } from '../../operation.ts'
import { getLocation, replaceDefault } from './locations.ts'

export const v1UsersAssetsLocationDefaultUpdate = defineOperation('v1UsersAssetsLocationDefaultUpdate', {
  scope: 'object',
  permission: 'location.update',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const { spec } = await getLocation(tx, params.uid)
      if (spec.storage !== params.type) throw notFound('StorageLocation', params.uid)
      await replaceDefault(tx, await tx.update('StorageLocation', params.uid, { spec: { ...spec, isDefault: true } }))
    }),
})
