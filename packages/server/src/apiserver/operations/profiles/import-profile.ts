import type { v1ClusterProfileImportEntity } from '@atrium/api/generated/operations.d.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { Catalogue } from '../../../content/catalogue.ts'
import type { ServerContext } from '../../../context.ts'
import { mustFit } from '../tenants/resource-limits.ts'
import { mustFetchLayers } from './fetch-layers.ts'
import { addProfile, type ProfileRequest } from './new-profile.ts'
import { entityOf } from './profile-file.ts'

/** Makes the profile of a file, whole or not at all. */
export async function importProfile(
  file: v1ClusterProfileImportEntity,
  request: ProfileRequest,
  context: ServerContext,
): Promise<{ uid: string }> {
  const { subject } = request
  await mustFit(context, subject, 'clusterprofile')
  const read = (tx: Tx) => entityOf(file, new Catalogue(tx))
  await mustFetchLayers(context, subject, (await context.admission.run(subject, read)).spec?.template?.packs)
  return context.admission.run(subject, async (tx) => ({
    uid: await addProfile(tx, await read(tx), request, context.random),
  }))
}
