import type { v1ClusterProfileEntity } from '@atrium/api/generated/operations.d.ts'
import type { ClusterProfileSpec } from '@atrium/api/kinds/cluster-profile.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { mustHold } from '../../../admission/authorize.ts'
import { Catalogue } from '../../../content/catalogue.ts'
import type { OperationRequest } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { checkType, checkVariableDefinitionsOf, checkVariablesDefined } from './checks.ts'
import { checkFit } from './fit.ts'
import { parseLayers } from './layers.ts'
import { lockProfile, parseVersion } from './load.ts'
import { publishProfile } from './publish.ts'
import { createProfile, parseVariables } from './variables.ts'

/** What is looked at beside the profile itself, however it came. */
export type ProfileRequest = Pick<
  OperationRequest<'v1ClusterProfilesCreate'>,
  'subject' | 'project' | 'query' | 'unknownOf'
>

/** Checks the profile of a request and writes it: as a draft, or published at once when it is asked to be. Answers its uid. */
export async function addProfile(
  tx: Tx,
  body: v1ClusterProfileEntity,
  { subject, project, query, unknownOf }: ProfileRequest,
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
  const uid = await createProfile(tx, { project, ...parseMeta(body.metadata), spec }, random)
  if (query.publish) {
    const profile = await lockProfile(tx, uid)
    mustHold(subject, 'clusterProfile.publish', profile.meta)
    await publishProfile(tx, profile)
  }
  return uid
}
