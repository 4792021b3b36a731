import { defineOperation } from '../../operation.ts'
import { parseEcr } from './parse.ts'
import { tryRegistry } from './save.ts'

export const v1EcrRegistriesValidate = defineOperation('v1EcrRegistriesValidate', {
  scope: 'tenant',
  permission: 'packRegistry.create',
  handler: ({ subject, body }, context) => tryRegistry(context, subject, parseEcr(body, subject)),
})
