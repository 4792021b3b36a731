import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { UsedBy } from '../in-use.ts'
import type { Validation, ValidationScope } from './validation.ts'

/** Profiles and clusters with layers from this registry, at most 20 of each. */
async function usersOf(tx: ValidationScope['tx'], registryUid: string): Promise<UsedBy[]> {
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

export const registryValidation: Validation<'Registry'> = {
  async delete({ tx }, { meta }) {
    const usedBy = await usersOf(tx, meta.uid)
    if (usedBy.length === 0) return
    const names = usedBy.slice(0, 5).map(({ kind, name }) => `${kind} ${name}`)
    throw new AtriumError('ResourceInUse', `Registry ${meta.name} is in use by ${names.join(', ')}`, {
      details: { usedBy },
    })
  },
}
