import { defineOperation } from '../../operation.ts'
import { parsePack } from './parse.ts'
import { tryRegistry } from './save.ts'

export const V1RegistriesPackValidate = defineOperation('V1RegistriesPackValidate', {
  scope: 'tenant',
  permission: 'packRegistry.create',
  handler: ({ subject, body }, context) => tryRegistry(context, subject, parsePack(body, subject)),
})
