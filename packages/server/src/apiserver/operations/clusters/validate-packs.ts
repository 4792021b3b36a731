import type {
  v1SpectroClusterPacksEntity,
  v1SpectroClusterValidatorResponse,
} from '@atrium/api/generated/operations.d.ts'
import type { AttachedProfile, ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { Catalogue } from '../../../content/catalogue.ts'
import { valueFindings } from '../../../content/check-layers.ts'
import { type AttachContext, attachFindings } from './attach-checks.ts'
import { loadProfiles } from './load.ts'
import { changeProfiles } from './profiles.ts'

/** What is wrong with each layer of the profiles named, were they attached; errors are empty where all is well. */
export async function validateClusterPacks(
  tx: Tx,
  context: AttachContext,
  { profiles: inputs }: v1SpectroClusterPacksEntity,
  present: Pick<ClusterSpec, 'cloudType' | 'machinePools' | 'profiles' | 'import'> | null,
): Promise<v1SpectroClusterValidatorResponse> {
  const loaded = await loadProfiles(tx, present?.cloudType ?? null, inputs ?? [], 'profiles')
  const changes = loaded.map((profile, index) => ({ profile, replaces: inputs?.[index]?.replaceWithProfile }))
  const profiles = present ? changeProfiles(present.profiles, changes, present.import) : loaded
  const after = { cloudType: present?.cloudType ?? 'all', machinePools: present?.machinePools ?? [], profiles }
  const found = await attachFindings(tx, present, after, context.providers)
  const catalogue = new Catalogue(tx)
  const views: NonNullable<v1SpectroClusterValidatorResponse['profiles']> = []
  for (const profile of loaded) {
    const results = []
    for (const layer of profile.layers) {
      const mine = found.filter((one) => one.layer === layerId(profile, layer.name))
      const findings = [...mine, ...(await valueFindings(catalogue, layer))]
      const errors = findings.map(({ code, message }) => ({ code, message }))
      results.push({ name: layer.name, displayName: layer.name, errors })
    }
    views.push({ uid: profile.uid, packs: { results } })
  }
  return { profiles: views, machinePools: { results: [] } }
}

const layerId = (profile: AttachedProfile, name: string): string => `${profile.name}/${name}`
