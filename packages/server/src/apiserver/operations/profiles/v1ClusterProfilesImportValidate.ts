import { Catalogue } from '../../../content/catalogue.ts'
import { defineOperation } from '../../operation.ts'
import { matchedFile } from './profile-file.ts'

/** Answers the file with the registries here that its layers can come from; stores nothing. */
export const v1ClusterProfilesImportValidate = defineOperation('v1ClusterProfilesImportValidate', {
  scope: 'project',
  permission: 'clusterProfile.create',
  handler: ({ subject, body }, context) => context.admission.run(subject, (tx) => matchedFile(body, new Catalogue(tx))),
})
