import type { AtriumRegistrySettings } from '@atrium/api/generated/operations.d.ts'
import type { RegistrySpec } from '@atrium/api/kinds/registry.ts'
import { readSigningKey } from '@atrium/pack/sources/oci/cosign.ts'
import { AtriumError, messageOf } from '@atrium/runtime/base/errors.ts'
import { gitAddress } from '../../../content/origins/git-packs.ts'
import { defineOperation } from '../../operation.ts'
import { invalid } from '../registries/parse.ts'
import { notFound } from '../registries/views.ts'

/** What is not given stays. The registry is read anew by the new settings. */
export const atriumRegistriesSettingsUpdate = defineOperation('atriumRegistriesSettingsUpdate', {
  scope: 'object',
  permission: 'packRegistry.update',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, async (tx) => {
      const registry = await tx.getForUpdate('Registry', params.uid)
      if (!registry || registry.meta.deletedAt !== null) throw notFound(params.uid)
      await tx.update('Registry', params.uid, { spec: changed(registry.spec, body) })
    }),
})

function changed(former: RegistrySpec, { everyMinutes, signatureKey }: AtriumRegistrySettings): RegistrySpec {
  const { everyMinutes: minutes = null, signatureKey: key = '', ...spec } = former
  const every = everyMinutes === undefined ? minutes : everyMinutes
  const pem = signatureKey ?? key
  if (signatureKey) checkKey(spec, signatureKey)
  return { ...spec, ...(every !== null && { everyMinutes: every }), ...(pem !== '' && { signatureKey: pem }) }
}

function checkKey(spec: RegistrySpec, pem: string): void {
  const holdsPacks =
    spec.type !== 'helm' && (spec.oci?.provider ?? 'pack') === 'pack' && gitAddress(spec.endpoint) === null
  if (!holdsPacks)
    throw invalid('signatureKey', 'signatures are those of packs in OCI registries. This registry is none')
  try {
    readSigningKey(pem)
  } catch (cause) {
    const text = `signatureKey: is no public key in PEM: ${messageOf(cause)}.`
    throw new AtriumError('InvalidRequest', text, { details: { field: 'signatureKey' }, cause })
  }
}
