import { defineOperation } from '../../operation.ts'
import { mustHaveSpec, parseHelm } from './parse.ts'
import { createRegistry } from './save.ts'

export const v1RegistriesHelmCreate = defineOperation('v1RegistriesHelmCreate', {
  scope: 'tenant',
  permission: 'packRegistry.create',
  handler: ({ subject, body }, context) =>
    createRegistry(
      context,
      subject,
      body.metadata,
      parseHelm(mustHaveSpec(body.spec), body.spec?.createOption?.skipSync),
    ),
})
