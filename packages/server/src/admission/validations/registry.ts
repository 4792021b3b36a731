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

export const registryValidation: Validation<'Registry'> = {
  async create({ tx }, { name }) {
    if (tx.tenant === systemTenant) return
    const shared = await tx.shared.list('Registry', { where: { name } })
    if (shared.items.length === 0) return
    const text = `A registry that the installation shares is named '${name}'. Names are how registries are told apart.`
    throw new AtriumError('DuplicateName', text, { details: { field: 'metadata.name' } })
  },
  update(_scope, previous) {
    mustBeFree(previous)
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
