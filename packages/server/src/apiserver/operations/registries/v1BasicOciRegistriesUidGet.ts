import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { defineOperation } from '../../operation.ts'

/** Clients look up by name here and take only 404 for "no such registry". Registries of this kind cannot be made yet, so there are none. */
export const v1BasicOciRegistriesUidGet = defineOperation('v1BasicOciRegistriesUidGet', {
  scope: 'object',
  permission: 'packRegistry.get',
  handler: ({ params }) =>
    Promise.reject(new AtriumError('ResourceNotFound', `OCI registry '${params.uid}' of kind basic is not found.`)),
})
