import { defineOperation } from '../../operation.ts'
import { mustHaveSpec, parsePack } from './parse.ts'
import { createRegistry } from './save.ts'

export const v1RegistriesPackCreate = defineOperation('v1RegistriesPackCreate', {
  scope: 'tenant',
  permission: 'packRegistry.create',
  handler: ({ subject, body }, context) =>
    createRegistry(context, subject, body.metadata, parsePack(mustHaveSpec(body.spec), subject)),
})
