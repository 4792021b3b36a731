import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { type StoredObject, systemTenant } from '@atrium/runtime/store/store.ts'
import type { UsedBy } from '../in-use.ts'
import type { Validation, ValidationScope } from './validation.ts'

/** Profiles and clusters with layers from this registry, at most 20 of each. */
export async function usersOf(tx: ValidationScope['tx'], registryUid: string): Promise<UsedBy[]> {
  const layers = [{ registryUid }]
  const profiles = await tx.listBrief('ClusterProfile', { holding: { layers }, limit: 20 })
  const clusters = await tx.listBrief('Cluster', { holding: { profiles: [{ layers }] }, limit: 20 })
  return [...profiles.items, ...clusters.items].map(({ kind, meta }) => ({
    kind,
    uid: meta.uid,
    name: meta.name,
    project: meta.project,
  }))
}

/** The platform's own follows the configuration of the installation. */
function mustBeFree({ meta, spec }: StoredObject<'Registry'>): void {
  if (!spec.isDefault) return
  throw new AtriumError('Forbidden', `Registry '${meta.name}' is the installation's own: it follows its configuration.`)
}

/** Names are how registries are told apart, of the tenant's own and shared ones alike. */
async function mustNotBeShared({ tx }: ValidationScope, name: string): Promise<void> {
  if (tx.tenant === systemTenant) return
  const shared = await tx.shared.list('Registry', { where: { name } })
  if (shared.items.length === 0) return
  const text = `A registry that the installation shares is named '${name}'. Names are how registries are told apart.`
  throw new AtriumError('DuplicateName', text, { details: { field: 'metadata.name' } })
}

export const registryValidation: Validation<'Registry'> = {
  create: (scope, { name }) => mustNotBeShared(scope, name),
  async update(scope, previous, { name }) {
    mustBeFree(previous)
    if (name !== undefined && name !== previous.meta.name) await mustNotBeShared(scope, name)
  },
  async delete({ tx }, registry) {
    mustBeFree(registry)
    const { meta } = registry
    const usedBy = await usersOf(tx, meta.uid)
    if (usedBy.length === 0) return
    const names = usedBy.slice(0, 5).map(({ kind, name }) => `${kind} ${name}`)
    throw new AtriumError('ResourceInUse', `Registry ${meta.name} is in use by ${names.join(', ')}`, {
      details: { usedBy },
    })
  },
}
