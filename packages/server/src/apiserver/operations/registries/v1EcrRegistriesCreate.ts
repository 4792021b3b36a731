import { defineOperation } from '../../operation.ts'
import { mustHaveSpec, parseEcr } from './parse.ts'
import { createRegistry } from './save.ts'

export const v1EcrRegistriesCreate = defineOperation('v1EcrRegistriesCreate', {
  scope: 'tenant',
  permission: 'packRegistry.create',
  handler: ({ subject, body }, context) =>
    createRegistry(context, subject, body.metadata, parseEcr(mustHaveSpec(body.spec), subject)),
})
