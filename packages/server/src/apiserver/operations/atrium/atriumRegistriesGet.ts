import { Catalogue } from '../../../content/catalogue.ts'
import { defineOperation } from '../../operation.ts'
import { scopeOf } from '../../shapes/meta.ts'
import { getRegistry } from '../registries/views.ts'

const noCounts = { offered: 0, usable: 0, changed: 0, moved: 0, failed: 0, leftOut: 0 }

export const atriumRegistriesGet = defineOperation('atriumRegistriesGet', {
  scope: 'object',
  permission: 'packRegistry.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const { meta, spec, status } = await getRegistry(new Catalogue(tx), params.uid)
      const { sync } = status
      return {
        uid: meta.uid,
        name: meta.name,
        type: spec.type,
        endpoint: spec.endpoint,
        scope: scopeOf(meta),
        everyMinutes: spec.everyMinutes ?? null,
        signatureKey: spec.signatureKey ?? '',
        repositories: spec.repositories ?? [],
        sync: {
          state: sync?.state ?? 'Pending',
          message: sync?.message ?? '',
          lastRunAt: sync?.lastRunAt ?? null,
          lastSuccessAt: sync?.lastSuccessAt ?? null,
          counts: sync?.counts ?? noCounts,
          problems: (sync?.problems ?? []).map((problem) => ({ code: 'PackInvalid', ...problem })),
        },
      }
    }),
})
