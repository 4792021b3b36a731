import type { v1SpcApplySettings, v1SpectroClusterProfileEntity } from '@atrium/api/generated/operations.d.ts'
import type { AttachedProfile, ClusterImport } from '@atrium/api/kinds/cluster.ts'
import type { ClusterProfileSpec, ProfileLayer, ProfileVariable } from '@atrium/api/kinds/cluster-profile.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { invalid } from '../../invalid.ts'
import { maskedValue } from '../../shapes/masked.ts'

/** Infrastructure comes from exactly one profile of a cluster. */
export const isInfrastructure = (profile: Pick<AttachedProfile, 'type'>): boolean =>
  profile.type === 'infra' || profile.type === 'cluster'

/** A profile as it is stored, or as it would be. */
export interface AttachableProfile {
  meta: { uid: string; name: string }
  spec: ClusterProfileSpec
}

/**
 * The copy of a profile that a cluster keeps, with the layers and variables overridden for this cluster.
 * `path` is the place of `input` in the request, for errors; `requested`: the layers of every profile of the request. Values for one of
 * these that is another profile's are passed over: the Go SDK's add-on calls send with each profile the layers of those before it.
 */
export function attachProfile(
  profile: AttachableProfile,
  input: v1SpectroClusterProfileEntity,
  path: string,
  requested: ReadonlySet<string> = new Set(),
): AttachedProfile {
  const { spec, meta } = profile
  if (!spec.published) {
    throw new AtriumError(
      'InvalidState',
      `${path}.uid: profile '${meta.name}' ${spec.version} is a draft. Publish it first.`,
      {
        details: { field: `${path}.uid` },
      },
    )
  }
  const attached: AttachedProfile = {
    uid: meta.uid,
    name: meta.name,
    version: spec.version,
    type: spec.type,
    cloudType: spec.cloudType,
    layers: overrideLayers(spec.layers, input, path, requested),
    variables: spec.variables,
    variableValues: {},
  }
  return setVariables(attached, input.variables ?? [], `${path}.variables`)
}

function overrideLayers(
  layers: readonly ProfileLayer[],
  input: v1SpectroClusterProfileEntity,
  path: string,
  requested: ReadonlySet<string>,
): ProfileLayer[] {
  const overrides = new Map((input.packValues ?? []).map((pack) => [pack.name, pack]))
  const known = new Set([...requested, ...layers.map(({ name }) => name)])
  const unknown = [...overrides.keys()].find((name) => !known.has(name))
  if (unknown !== undefined) {
    throw new AtriumError('InvalidRequest', `${path}.packValues: the profile has no layer '${unknown}'.`, {
      details: { field: `${path}.packValues` },
    })
  }
  return layers.map((layer) => {
    const override = overrides.get(layer.name)
    if (!override) return layer
    const contents = new Map((override.manifests ?? []).map((manifest) => [manifest.name, manifest.content]))
    const stray = [...contents.keys()].find((name) => !layer.manifests.some((manifest) => manifest.name === name))
    if (stray !== undefined)
      throw invalid(`${path}.packValues`, `layer '${layer.name}' has no manifest '${stray}'. Add it to the profile`)
    return {
      ...layer,
      values: override.values || layer.values,
      manifests: layer.manifests.map((manifest) => ({
        ...manifest,
        content: contents.get(manifest.name) ?? manifest.content,
      })),
    }
  })
}

/** The profile with values for its variables; a name the profile does not declare is refused. */
export function setVariables(
  profile: AttachedProfile,
  given: readonly { name: string; value?: string | undefined }[],
  path: string,
): AttachedProfile {
  const values = { ...profile.variableValues }
  const sealed = { ...profile.sealedValues }
  for (const { name, value } of given) {
    const variable = profile.variables.find((one) => one.name === name)
    if (!variable) {
      throw new AtriumError('InvalidRequest', `${path}: profile '${profile.name}' declares no variable '${name}'.`, {
        details: { field: path },
      })
    }
    if (value === maskedValue && isMasked(profile, variable)) continue
    delete values[name]
    delete sealed[name]
    if (value !== undefined && value !== '') values[name] = value
  }
  return { ...profile, variableValues: values, sealedValues: sealed }
}

/** True when clients see the variable's values masked: a mask that comes back means "unchanged". */
export const isMasked = (profile: AttachedProfile, { name, isSensitive }: ProfileVariable): boolean =>
  isSensitive === true || profile.sealedValues?.[name] !== undefined

/** One profile to attach, and the uid of the attached one whose place it takes. */
export interface ProfileChange {
  profile: AttachedProfile
  replaces: string | undefined
}

/**
 * What is attached after `changes`: each takes the place of the profile it replaces, else of the same uid or name, keeping the values
 * already given for variables it still declares; others are added. Nothing that is not mentioned is dropped: but of one name there is
 * one version.
 */
export function changeProfiles(
  current: readonly AttachedProfile[],
  changes: readonly ProfileChange[],
  imported?: ClusterImport,
): AttachedProfile[] {
  let profiles = [...current]
  for (const [index, { profile, replaces }] of changes.entries()) {
    if (changes.findIndex((one) => isSame(one.profile, profile)) < index) throw namedTwice(profile)
    const former = formerOf(profiles, profile, replaces)
    if (!former) profiles.push(profile)
    else {
      const next = keepValues(former, profile)
      profiles = profiles.flatMap((one) => (one === former ? [next] : isSame(one, profile) ? [] : [one]))
    }
  }
  checkInfrastructure(profiles, imported)
  return profiles
}

const isSame = (a: AttachedProfile, b: AttachedProfile): boolean => a.uid === b.uid || a.name === b.name

function formerOf(
  profiles: readonly AttachedProfile[],
  profile: AttachedProfile,
  replaces: string | undefined,
): AttachedProfile | undefined {
  const replaced = replaces ? profiles.find(({ uid }) => uid === replaces) : undefined
  return replaced ?? profiles.find((one) => isSame(one, profile))
}

/** Layers are told apart by the names of their profiles. */
const namedTwice = ({ name }: AttachedProfile): AtriumError =>
  invalid('spec.profiles', `profile '${name}' is there twice. A cluster has one version of a name: leave the other out`)

function keepValues(former: AttachedProfile, next: AttachedProfile): AttachedProfile {
  const declared = new Set(next.variables.map((variable) => variable.name))
  const kept = (values: Record<string, string> = {}): Record<string, string> =>
    Object.fromEntries(
      Object.entries(values).filter(([name]) => declared.has(name) && !Object.hasOwn(next.variableValues, name)),
    )
  return {
    ...next,
    variableValues: { ...kept(former.variableValues), ...next.variableValues },
    sealedValues: kept(former.sealedValues),
  }
}

/** What is attached after the add-ons `uids` are gone. */
export function removeProfiles(
  current: readonly AttachedProfile[],
  uids: readonly string[],
  imported?: ClusterImport,
): AttachedProfile[] {
  const missing = uids.find((uid) => !current.some((profile) => profile.uid === uid))
  if (missing !== undefined) {
    throw new AtriumError('ResourceNotFound', `profileUids: profile '${missing}' is not attached to this cluster.`)
  }
  const profiles = current.filter((profile) => !uids.includes(profile.uid))
  checkInfrastructure(profiles, imported)
  return profiles
}

function checkInfrastructure(profiles: readonly AttachedProfile[], imported: ClusterImport | undefined): void {
  const names = profiles.filter(isInfrastructure).map((profile) => `'${profile.name}'`)
  if (imported) return checkImported(profiles, names, imported)
  if (names.length === 1) return
  const message =
    names.length === 0
      ? 'spec.profiles: a cluster needs one profile of type infra or cluster, which brings its OS and Kubernetes.'
      : `spec.profiles: ${names.join(' and ')} both bring infrastructure. Keep one of them.`
  throw new AtriumError('InvalidRequest', message, { details: { field: 'spec.profiles' } })
}

function checkImported(profiles: readonly AttachedProfile[], infrastructure: string[], { mode }: ClusterImport): void {
  if (mode === 'read-only' && profiles.length > 0) throw readOnly('spec.profiles')
  if (infrastructure.length === 0) return
  const message = `spec.profiles: the cluster was imported and brings its own infrastructure. Leave out ${infrastructure.join(' and ')}: add-on profiles alone can be attached.`
  throw new AtriumError('InvalidRequest', message, { details: { field: 'spec.profiles' } })
}

/** Why nothing can be declared inside a cluster that is only watched. */
export const readOnly = (field: string): AtriumError =>
  new AtriumError(
    'InvalidState',
    `${field}: the cluster was imported read-only, and nothing in it is changed. Give it full permissions first: PATCH /v1/spectroclusters/{uid}/import/upgrade.`,
    { details: { field } },
  )

/** Whoever wants to install later must not get it at once. */
export function refusePostponed({ actionType }: v1SpcApplySettings = {}): void {
  if (actionType !== 'DownloadAndInstallLater') return
  const text =
    "'DownloadAndInstallLater' is not supported: agents install what is declared as soon as it is. Declare it when it may be installed"
  throw invalid('spcApplySettings.actionType', text)
}
