import type { v1ClusterProfileEntity } from '@atrium/api/generated/operations.d.ts'
import type { ClusterProfileSpec } from '@atrium/api/kinds/cluster-profile.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { Catalogue } from '../../../content/catalogue.ts'
import type { PublicRequest } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { checkType, checkVariableDefinitionsOf, checkVariablesDefined } from './checks.ts'
import { checkFit } from './fit.ts'
import { parseLayers } from './layers.ts'
import { parseVersion } from './load.ts'
import { createProfile, parseVariables } from './variables.ts'

/** Checks the profile of a request and writes it as a draft. Answers its uid. */
export async function addProfile(
  tx: Tx,
  body: v1ClusterProfileEntity,
  { project, unknownOf }: Pick<PublicRequest<'v1ClusterProfilesCreate'>, 'project' | 'unknownOf'>,
  random: Random,
): Promise<string> {
  const { template, variables, version } = body.spec ?? {}
  const cloudType = template?.cloudType || 'all'
  const unknown = unknownOf('v1ClusterProfileEntity', body)
  const spec: ClusterProfileSpec = {
    version: parseVersion(version, 'spec.version'),
    cloudType,
    type: template?.type ?? 'cluster',
    layers: await parseLayers(template?.packs, {
      catalogue: new Catalogue(tx),
      random,
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
  await checkFit(tx, null, spec)
  return createProfile(tx, { project, ...parseMeta(body.metadata), spec }, random)
}
