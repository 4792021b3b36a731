import type { v1ClusterProfileImportEntity } from '@atrium/api/generated/operations.d.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { mustHold } from '../../../admission/authorize.ts'
import { Catalogue } from '../../../content/catalogue.ts'
import type { ServerContext } from '../../../context.ts'
import type { OperationRequest } from '../../operation.ts'
import { mustFit } from '../tenants/resource-limits.ts'
import { mustFetchLayers } from './fetch-layers.ts'
import { lockProfile } from './load.ts'
import { addProfile } from './new-profile.ts'
import { entityOf } from './profile-file.ts'
import { publishProfile } from './publish.ts'

/** Makes the profile of a file, whole or not at all. */
export async function importProfile(
  file: v1ClusterProfileImportEntity,
  {
    subject,
    project,
    query,
    unknownOf,
  }: Pick<OperationRequest<'v1ClusterProfilesImport'>, 'subject' | 'project' | 'query' | 'unknownOf'>,
  context: ServerContext,
): Promise<{ uid: string }> {
  await mustFit(context, subject, 'clusterprofile')
  const read = (tx: Tx) => entityOf(file, new Catalogue(tx))
  await mustFetchLayers(context, subject, (await context.admission.run(subject, read)).spec?.template?.packs)
  return context.admission.run(subject, async (tx) => {
    const entity = await read(tx)
    const uid = await addProfile(tx, entity, { project, unknownOf }, context.random)
    if (query.publish) {
      const profile = await lockProfile(tx, uid)
      mustHold(subject, 'clusterProfile.publish', profile.meta)
      await publishProfile(tx, profile)
    }
    return { uid }
  })
}
