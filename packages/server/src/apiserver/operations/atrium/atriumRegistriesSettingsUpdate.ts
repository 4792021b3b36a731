import type { AtriumRegistrySettings } from '@atrium/api/generated/operations.d.ts'
import type { RegistrySpec } from '@atrium/api/kinds/registry.ts'
import { isRepository } from '@atrium/pack/sources/oci/client.ts'
import { readSigningKey } from '@atrium/pack/sources/oci/cosign.ts'
import { AtriumError, messageOf } from '@atrium/runtime/base/errors.ts'
import { invalid } from '../../invalid.ts'
import { defineOperation } from '../../operation.ts'
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

function changed(former: RegistrySpec, given: AtriumRegistrySettings): RegistrySpec {
  const { everyMinutes: minutes = null, signatureKey: key = '', repositories: names = [], ...spec } = former
  const every = given.everyMinutes === undefined ? minutes : given.everyMinutes
  const pem = given.signatureKey ?? key
  const repositories = [...new Set(given.repositories ?? names)]
  if (given.signatureKey) checkKey(spec, given.signatureKey)
  if (given.repositories) checkRepositories(spec, repositories)
  return {
    ...spec,
    ...(every !== null && { everyMinutes: every }),
    ...(pem !== '' && { signatureKey: pem }),
    ...(repositories.length > 0 && { repositories }),
  }
}

const isOci = ({ type, endpoint }: RegistrySpec): boolean => type !== 'helm' && endpoint.startsWith('https:')
const holdsPacks = (spec: RegistrySpec): boolean => isOci(spec) && (spec.oci?.provider ?? 'pack') === 'pack'

function checkRepositories(spec: RegistrySpec, names: readonly string[]): void {
  if (names.length > 0 && !isOci(spec))
    throw invalid('repositories', 'is for OCI registries; this one tells what it holds')
  const ofPacks = holdsPacks(spec)
  const isName = (name: string): boolean =>
    ofPacks ? isRepository(name.toLowerCase()) && !name.includes('/') : isRepository(name)
  const odd = names.find((name) => !isName(name))
  if (odd === undefined) return
  throw invalid('repositories', `'${odd}' is no ${ofPacks ? 'name of a pack' : "path of a chart below the registry's"}`)
}

function checkKey(spec: RegistrySpec, pem: string): void {
  if (!holdsPacks(spec))
    throw invalid('signatureKey', 'signatures are those of packs in OCI registries. This registry is none')
  try {
    readSigningKey(pem)
  } catch (cause) {
    const text = `signatureKey: is no public key in PEM: ${messageOf(cause)}.`
    throw new AtriumError('InvalidRequest', text, { details: { field: 'signatureKey' }, cause })
  }
}
