import type { Actor } from '@atrium/runtime/store/store.ts'
import type { PostgresStore } from '@atrium/server/store/postgres-store.ts'

export const benchActor: Actor = { type: 'system', uid: 'bench', name: 'bench' }
const LAYERS = 5
const VALUES = Array.from({ length: 40 }, (_, line) => `option${line}: value ${line}\n`).join('')

/** Published profiles of five layers, in turn of the tenant and of these projects; returns their uids. */
export const addManyProfiles = async (
  store: PostgresStore,
  tenant: string,
  projects: readonly string[],
  count: number,
): Promise<string[]> =>
  store.transaction(tenant, benchActor, async (tx) => {
    const uids: string[] = []
    for (let index = 0; index < count; index += 1) {
      const { meta } = await tx.create({
        kind: 'ClusterProfile',
        project: index % 2 === 0 ? null : (projects[index % projects.length] ?? null),
        name: `profile-${index}`,
        spec: {
          ...{ version: '1.0.0', cloudType: 'all', type: 'add-on', variables: [], published: true },
          layers: Array.from({ length: LAYERS }, (_, layer) => ({
            ...{ name: `layer-${layer}`, type: 'manifest', layer: 'addon', tag: '1.0.0', version: '1.0.0' },
            ...{ registryUid: '', packUid: `manifest-${index}-${layer}`, values: VALUES, manifests: [] },
          })),
        },
      })
      uids.push(meta.uid)
    }
    return uids
  })
