import { Catalogue } from '../../../content/catalogue.ts'
import { defineOperation } from '../../operation.ts'
import { getOci, viewEcr } from './views.ts'

export const v1EcrRegistriesUidGet = defineOperation('v1EcrRegistriesUidGet', {
  scope: 'object',
  permission: 'packRegistry.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => viewEcr(await getOci(new Catalogue(tx), params.uid, 'ecr'))),
})
