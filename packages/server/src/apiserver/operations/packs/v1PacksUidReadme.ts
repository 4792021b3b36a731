import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Catalogue } from '../../../content/catalogue.ts'
import { defineOperation } from '../../operation.ts'

export const v1PacksUidReadme = defineOperation('v1PacksUidReadme', {
  scope: 'object',
  permission: 'packRegistry.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const pack = await new Catalogue(tx).pack(params.uid)
      if (pack) return { readme: pack.spec.readme }
      throw new AtriumError('ResourceNotFound', `Pack '${params.uid}' is not found.`)
    }),
})
