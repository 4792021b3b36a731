import { stringify } from 'yaml'
import { Catalogue } from '../../../content/catalogue.ts'
import { defineOperation } from '../../operation.ts'
import { getProfile } from './load.ts'
import { profileFile } from './profile-file.ts'

/** The whole profile as a file that can be imported, manifests with their contents; defaults of sensitive variables are masked. */
export const V1ClusterProfilesUidExport = defineOperation('V1ClusterProfilesUidExport', {
  scope: 'object',
  permission: 'clusterProfile.get',
  handler: ({ subject, params, query }, context) =>
    context.admission.run(subject, async (tx) => {
      const profile = await getProfile(tx, params.uid)
      const file = profileFile(profile, await new Catalogue(tx).registries())
      // Readers of either version of YAML read the same.
      return Buffer.from(query.format === 'yaml' ? stringify(file, { version: '1.1' }) : JSON.stringify(file, null, 2))
    }),
})
