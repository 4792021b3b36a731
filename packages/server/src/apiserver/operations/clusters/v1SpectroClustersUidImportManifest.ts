import { systemActor } from '@atrium/runtime/controller/actor.ts'
import type { ServerContext } from '../../../context.ts'
import { definePublicOperation, type PublicRequest } from '../../operation.ts'
import { deadLink, linkToken, openLink, tenantOfToken } from './import-link.ts'
import { getCluster } from './load.ts'

/** `kubectl` does not sign in: the token in the address is the whole credential. Programs that do may leave it out. */
export const v1SpectroClustersUidImportManifest = definePublicOperation(
  'v1SpectroClustersUidImportManifest',
  async (request, context) => {
    const { params, query, ip } = request
    const { store, clock, imports } = context
    const token = query.token || (await tokenOfCaller(request, context))
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

/** The link's token for whoever is signed in and would be shown the link; empty for everybody else. */
async function tokenOfCaller(
  { params, header }: PublicRequest<'v1SpectroClustersUidImportManifest'>,
  { admission, identity, clock }: ServerContext,
): Promise<string> {
  const [key, session] = [header('ApiKey'), header('Authorization')]
  const subject = key ? await identity.subjectOfApiKey(key) : session ? await identity.subjectOfToken(session) : null
  if (!subject) return ''
  const token = await admission.run(subject, async (tx) =>
    linkToken(tx, await getCluster(tx, params.uid), subject, clock),
  )
  return token?.reveal() ?? ''
}
