import { defineOperation } from '../../operation.ts'
import { mustHaveSpec, parseEcr } from './parse.ts'
import { updateRegistry } from './save.ts'

export const v1EcrRegistriesUidUpdate = defineOperation('v1EcrRegistriesUidUpdate', {
  scope: 'object',
  permission: 'packRegistry.update',
  handler: ({ subject, params: { uid }, body: { metadata, spec } }, context) =>
    updateRegistry(context, subject, { uid, kind: 'ecr', metadata }, parseEcr(mustHaveSpec(spec), subject)),
})
