import { Catalogue } from '../../../content/catalogue.ts'
import { defineOperation } from '../../operation.ts'
import { getOci, viewBasicOci } from './views.ts'

export const v1BasicOciRegistriesUidGet = defineOperation('v1BasicOciRegistriesUidGet', {
  scope: 'object',
  permission: 'packRegistry.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => viewBasicOci(await getOci(new Catalogue(tx), params.uid, 'basic'))),
})
