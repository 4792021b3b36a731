import { defineOperation } from '../../operation.ts'
import { mustHaveSpec, parsePack } from './parse.ts'
import { updateRegistry } from './save.ts'

export const v1RegistriesPackUidUpdate = defineOperation('v1RegistriesPackUidUpdate', {
  scope: 'object',
  permission: 'packRegistry.update',
  handler: ({ subject, params: { uid }, body: { metadata, spec } }, context) =>
    updateRegistry(context, subject, { uid, kind: 'pack', metadata }, parsePack(mustHaveSpec(spec), subject)),
})
