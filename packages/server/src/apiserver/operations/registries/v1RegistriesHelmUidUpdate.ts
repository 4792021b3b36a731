import { defineOperation } from '../../operation.ts'
import { mustHaveSpec, parseHelm } from './parse.ts'
import { updateRegistry } from './save.ts'

export const v1RegistriesHelmUidUpdate = defineOperation('v1RegistriesHelmUidUpdate', {
  scope: 'object',
  permission: 'packRegistry.update',
  handler: ({ subject, params: { uid }, body: { metadata, spec } }, context) =>
    updateRegistry(context, subject, { uid, kind: 'helm', metadata }, parseHelm(mustHaveSpec(spec), undefined)),
})
