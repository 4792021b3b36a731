import { defineOperation } from '../../operation.ts'
import { mustHaveSpec, parseBasic } from './parse.ts'
import { updateRegistry } from './save.ts'

export const v1BasicOciRegistriesUidUpdate = defineOperation('v1BasicOciRegistriesUidUpdate', {
  scope: 'object',
  permission: 'packRegistry.update',
  handler: ({ subject, params: { uid }, body: { metadata, spec } }, context) =>
    updateRegistry(context, subject, { uid, kind: 'basic', metadata }, parseBasic(mustHaveSpec(spec))),
})
