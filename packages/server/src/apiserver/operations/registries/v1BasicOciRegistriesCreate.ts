import { defineOperation } from '../../operation.ts'
import { mustHaveSpec, parseBasic } from './parse.ts'
import { createRegistry } from './save.ts'

export const v1BasicOciRegistriesCreate = defineOperation('v1BasicOciRegistriesCreate', {
  scope: 'tenant',
  permission: 'packRegistry.create',
  handler: ({ subject, body }, context) =>
    createRegistry(context, subject, body.metadata, parseBasic(mustHaveSpec(body.spec))),
})
