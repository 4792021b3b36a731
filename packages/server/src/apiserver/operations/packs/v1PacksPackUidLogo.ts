import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { notFound } from '../../../admission/authorize.ts'
import { Catalogue } from '../../../content/catalogue.ts'
import { readLogo } from '../../../content/logos.ts'
import { defineOperation } from '../../operation.ts'

/** Always a PNG by its bytes, whatever the pack calls it: nothing of a stranger's is shown as anything else. */
export const v1PacksPackUidLogo = defineOperation('v1PacksPackUidLogo', {
  scope: 'object',
  permission: 'packRegistry.get',
  async handler({ subject, params }, context) {
    const pack = await context.admission.run(subject, (tx) => new Catalogue(tx).pack(params.packUid))
    if (pack === null) throw notFound('Pack', params.packUid)
    const logo = await readLogo(context.store, pack)
    if (logo) return logo
    throw new AtriumError('ResourceNotFound', `Pack '${pack.meta.name}' ${pack.spec.version} has no logo.`)
  },
})
