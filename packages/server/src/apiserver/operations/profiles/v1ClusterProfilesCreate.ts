import type { ClusterProfileSpec } from '@atrium/api/kinds/cluster-profile.ts'
import { Catalogue } from '../../../content/catalogue.ts'
import { defineOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { mustFit } from '../tenants/resource-limits.ts'
import { checkType, checkVariableDefinitionsOf, checkVariablesDefined } from './checks.ts'
import { parseLayers } from './layers.ts'
import { parseVersion } from './load.ts'
import { createProfile, parseVariables } from './variables.ts'

export const v1ClusterProfilesCreate = defineOperation('v1ClusterProfilesCreate', {
  scope: 'project',
  permission: 'clusterProfile.create',
  async handler({ subject, body, project, unknownOf }, context) {
    await mustFit(context, subject, 'clusterprofile')
    return context.admission.run(subject, async (tx) => {
      const { template, variables, version } = body.spec ?? {}
      const cloudType = template?.cloudType || 'all'
      const unknown = unknownOf('v1ClusterProfileEntity', body)
      const spec: ClusterProfileSpec = {
        version: parseVersion(version, 'spec.version'),
        cloudType,
        type: template?.type ?? 'cluster',
        layers: await parseLayers(template?.packs, {
          catalogue: new Catalogue(tx),
          random: context.random,
          cloudType,
          existing: [],
          unknownOf: (layer) => unknownOf('v1PackManifestEntity', layer),
        }),
        variables: parseVariables(variables, []),
        published: false,
        ...(unknown && { unknown }),
      }
      checkType(spec)
      checkVariableDefinitionsOf(spec.variables)
      checkVariablesDefined(spec.layers, spec.variables)
      return { uid: await createProfile(tx, { project, ...parseMeta(body.metadata), spec }, context.random) }
    })
  },
})
