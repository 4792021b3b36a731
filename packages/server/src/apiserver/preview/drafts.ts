import type { AtriumProfileDraft } from '@atrium/api/generated/operations.d.ts'
import type { ClusterProfileSpec } from '@atrium/api/kinds/cluster-profile.ts'
import { newUid, type Random } from '@atrium/runtime/base/random.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { Catalogue } from '../../content/catalogue.ts'
import {
  defaultMarks,
  openDefaults,
  readSealed,
  type SealedValues,
  sealDefaults,
} from '../../content/sealed-variables.ts'
import type { AttachableProfile } from '../operations/clusters/profiles.ts'
import {
  checkComplete,
  checkType,
  checkVariableDefinitionsOf,
  checkVariablesDefined,
} from '../operations/profiles/checks.ts'
import { checkFit } from '../operations/profiles/fit.ts'
import { parseLayers } from '../operations/profiles/layers.ts'
import { getProfile, parseVersion } from '../operations/profiles/load.ts'
import { parseVariables } from '../operations/profiles/variables.ts'

/** Profiles as they would be, by uid, and the values of their sensitive variables that are not stored. */
export interface Drafts {
  profiles: Map<string, AttachableProfile>
  fresh: Map<string, Secret<string>>
}

/** Reads drafts with the rules of profiles that are created, changed and published; stores nothing. */
export async function readDrafts(tx: Tx, inputs: readonly AtriumProfileDraft[], random: Random): Promise<Drafts> {
  const drafts: Drafts = { profiles: new Map(), fresh: new Map() }
  for (const input of inputs) {
    const { profile, fresh } = await readDraft(tx, input, random)
    drafts.profiles.set(profile.meta.uid, profile)
    for (const [mark, value] of fresh) drafts.fresh.set(mark, value)
  }
  return drafts
}

async function readDraft(
  tx: Tx,
  { uid, profile: { metadata, spec: given } }: AtriumProfileDraft,
  random: Random,
): Promise<{ profile: AttachableProfile; fresh: SealedValues }> {
  const stored = uid === undefined ? null : await getProfile(tx, uid)
  const before = stored?.spec.variables ?? []
  const variables = given?.variables ? parseVariables(given.variables, before) : before
  const values = stored
    ? await readSealed(tx, [{ kind: 'ClusterProfile', uid: stored.meta.uid }], defaultMarks(before))
    : new Map()
  checkVariableDefinitionsOf(openDefaults(variables, values))
  const { sealed, fresh } = sealDefaults(variables, before, values, random)
  const cloudType = stored?.spec.cloudType ?? (given?.template?.cloudType || 'all')
  const existing = stored?.spec.layers ?? []
  const packs = given?.template?.packs
  const surroundings = { catalogue: new Catalogue(tx), random, cloudType, existing, unknownOf: () => undefined }
  const spec: ClusterProfileSpec = {
    version: given?.version || !stored ? parseVersion(given?.version, 'spec.version') : stored.spec.version,
    cloudType,
    type: stored?.spec.type ?? given?.template?.type ?? 'cluster',
    layers: packs ? await parseLayers(packs, surroundings) : existing,
    variables: sealed,
    published: true,
  }
  checkType(spec)
  checkComplete(spec)
  checkVariablesDefined(spec.layers, spec.variables)
  await checkFit(tx, stored?.spec ?? null, spec)
  const name = metadata?.name || stored?.meta.name || ''
  return { profile: { meta: { uid: stored?.meta.uid ?? newUid(random), name }, spec }, fresh }
}
