import { defineOperation } from '../../operation.ts'
import { parseBasic } from './parse.ts'
import { tryRegistry } from './save.ts'

export const v1BasicOciRegistriesValidate = defineOperation('v1BasicOciRegistriesValidate', {
  scope: 'tenant',
  permission: 'packRegistry.create',
  handler: ({ subject, body }, context) => tryRegistry(context, subject, parseBasic(body)),
})
