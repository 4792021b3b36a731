import { defineOperation } from '../../operation.ts'
import { parseHelm } from './parse.ts'
import { tryRegistry } from './save.ts'

export const V1RegistriesHelmValidate = defineOperation('V1RegistriesHelmValidate', {
  scope: 'tenant',
  permission: 'packRegistry.create',
  handler: ({ subject, body }, context) => tryRegistry(context, subject, parseHelm(body, undefined)),
})
