import { Secret } from '@atrium/runtime/base/secret.ts'
import { defineOperation } from '../../operation.ts'
import { notFound } from '../registries/views.ts'
import { hookField } from './atriumRegistriesPushed.ts'

/** A new token for the push hook; the former one opens nothing any more. */
export const atriumRegistriesHookCreate = defineOperation('atriumRegistriesHookCreate', {
  scope: 'object',
  permission: 'packRegistry.update',
  handler: ({ subject, params: { uid } }, context) =>
    context.admission.run(subject, async (tx) => {
      const registry = await tx.getForUpdate('Registry', uid)
      if (!registry || registry.meta.deletedAt !== null) throw notFound(uid)
      const token = context.random.bytes(32).toString('hex')
      await tx.putSecret({ kind: 'Registry', uid }, hookField, new Secret(token))
      return { path: `/atrium/v1/hooks/${subject.tenant}/${uid}`, token }
    }),
})
