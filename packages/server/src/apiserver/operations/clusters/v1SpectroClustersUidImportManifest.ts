import { systemActor } from '@atrium/runtime/controller/actor.ts'
import { definePublicOperation } from '../../operation.ts'
import { deadLink, openLink, tenantOfToken } from './import-link.ts'

/** Nobody signs in here: the token in the address is the whole credential. */
export const v1SpectroClustersUidImportManifest = definePublicOperation(
  'v1SpectroClustersUidImportManifest',
  async ({ params, query, ip }, { store, clock, imports }) => {
    const token = query.token ?? ''
    const tenant = tenantOfToken(token)
    if (tenant === null || !imports) throw deadLink()
    const at = new Date(clock.now()).toISOString()
    const mode = await store.transaction(tenant, systemActor('import-link'), async (tx) => {
      const { meta, spec } = await openLink(tx, params.uid, token, clock)
      const fetched = { reason: 'ManifestFetched', message: `The agent's manifest was fetched from ${ip}.` }
      const about = { severity: 'Info' as const, involved: `Cluster ${meta.name}`, source: 'plane' }
      await tx.appendEvents({ kind: 'Cluster', uid: meta.uid }, [{ id: `manifest:${at}`, at, ...about, ...fetched }])
      return spec.import?.mode ?? 'read-only'
    })
    return Buffer.from(await imports.manifest({ tenant, clusterUid: params.uid }, mode))
  },
)
