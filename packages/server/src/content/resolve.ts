import type { AttachedProfile, PolicyAction } from '@atrium/api/kinds/cluster.ts'
import type { LayerKind, ProfileLayer } from '@atrium/api/kinds/cluster-profile.ts'
import type { PackSpec } from '@atrium/api/kinds/pack.ts'
import { type MacroScope, type ResolvedText, resolveMacros } from '@atrium/pack/format/macros.ts'
import { PackError, type Problem, placeOfProblem } from '@atrium/pack/format/problems.ts'
import { onlyParts } from '@atrium/pack/format/values-parts.ts'
import { checkVariables } from '@atrium/pack/format/variables.ts'
import { redactor } from '@atrium/runtime/base/redact.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { type MacroValues, macroScope } from './macro-scope.ts'
import { openProfile, type SealedValues } from './sealed-variables.ts'
import { macrosOf, partsOf, sectionOf } from './section-of.ts'
import { ruleFindings } from './value-rules.ts'

/** Where the content of a pack is pulled from. */
export interface PackLocation {
  /** Registry endpoint, `https://host:port/base`. */
  registry: string
  /** Repository below the endpoint's host. */
  repository: string
  digest: string
  /** The pack's own values: used by layers that give none. */
  values?: string
  /** The pack's rules for values, as the catalogue keeps them. */
  schema?: PackSpec['schema']
}

/** What `resolveLayers` needs to know besides the profiles. */
export interface ResolveContext extends MacroValues {
  /** By pack uid, for every layer that is no manifest layer. */
  packs: ReadonlyMap<string, PackLocation>
  /** Behind every mark of the profiles. */
  sealed: SealedValues
}

/** One layer as the agent will get it, texts still in place. */
export interface ResolvedLayer {
  /** `<profile name>/<layer name>`. */
  id: string
  name: string
  profileUid: string
  packUid: string
  version: string
  kind: LayerKind
  priority: number
  /** Absent for manifest layers. */
  pack?: PackLocation
  /** `values.yaml` with every placeholder filled in. */
  values: string
  manifests: { name: string; content: string }[]
  namespace: string
  /** Helm release names that the values give, by chart. */
  releaseNames: Record<string, string>
  /** What happens to deviations, where the values say so. */
  drift?: PolicyAction
}

/** Why a layer cannot be installed, and what to do. */
export interface LayerProblem extends Problem {
  /** `ResolvedLayer.id`; the profile's name where a whole profile is meant. */
  layer: string
  profileUid: string
}

export interface ResolvedProfiles {
  /** In install order. Complete only when there are no problems. */
  layers: ResolvedLayer[]
  problems: LayerProblem[]
  /** Version of the Kubernetes layer, without a leading `v`; empty when no profile has one. */
  kubernetesVersion: string
  /** Values of sensitive variables, and of passwords by the packs' rules, that are in the texts; sorted. */
  sensitive: string[]
}

/** What is found while layers are resolved. */
interface Findings {
  problems: LayerProblem[]
  passwords: string[]
}

/** The message with file, line, column and path of the value where they are known. */
export const placedMessage = (problem: Problem): string => {
  const place = problem.line > 0 ? placeOfProblem(problem) : ''
  const where = [place, problem.path].filter((word) => word !== '').join(' ')
  return where === '' ? problem.message : `${where}: ${problem.message}`
}

const installRank: Record<LayerKind, number> = { os: 0, k8s: 1, cni: 2, csi: 3, addon: 4 }

/**
 * The layers of a cluster in install order: infrastructure (os, k8s, cni, csi), then add-ons by install priority, else in the order of
 * the profiles. Pure. Problems are collected, never thrown, and repeat no value of a sensitive variable.
 */
export function resolveLayers(attached: readonly AttachedProfile[], context: ResolveContext): ResolvedProfiles {
  const profiles = attached.map((profile) => openProfile(profile, context.sealed))
  const kubernetesVersion = kubernetesVersionOf(profiles)
  const system =
    kubernetesVersion === '' ? context.system : { ...context.system, 'kubernetes.version': kubernetesVersion }
  const problems: LayerProblem[] = []
  const passwords: string[] = []
  const layers = profiles.flatMap((profile) => {
    problems.push(...variableProblems(profile), ...duplicateProblems(profile))
    return profile.layers.map((layer) =>
      resolveLayer(profile, layer, profiles, { ...context, system }, { problems, passwords }),
    )
  })
  const sorted = layers
    .filter((layer) => layer !== null)
    .sort((a, b) => installRank[a.kind] - installRank[b.kind] || a.priority - b.priority)
  problems.push(...sharedReleases(sorted))
  const secrets = new Set([...[...context.sealed.values()].map((value) => value.reveal()), ...passwords])
  const redact = redactor([...secrets].map((value) => new Secret(value)))
  const shown = problems.map((problem) => ({ ...problem, message: redact(problem.message) }))
  return { layers: sorted, problems: shown, kubernetesVersion, sensitive: [...secrets].sort() }
}

/** Version of the profiles' Kubernetes layer, without a leading `v`; empty when there is none. */
export function kubernetesVersionOf(profiles: readonly Pick<AttachedProfile, 'layers'>[]): string {
  const layer = profiles.flatMap((profile) => profile.layers).find((one) => one.layer === 'k8s')
  return (layer?.version || layer?.tag || '').replace(/^v/, '')
}

const layerId = (profile: AttachedProfile, layer: ProfileLayer): string => `${profile.name}/${layer.name}`

function resolveLayer(
  profile: AttachedProfile,
  layer: ProfileLayer,
  profiles: readonly AttachedProfile[],
  context: ResolveContext,
  { problems, passwords }: Findings,
): ResolvedLayer | null {
  const id = layerId(profile, layer)
  const report = (found: readonly Problem[]): void => {
    problems.push(...found.map((problem) => ({ ...problem, layer: id, profileUid: profile.uid })))
  }
  const scope = macroScope(profile, profiles, context)
  const location = layer.type === 'manifest' ? undefined : context.packs.get(layer.packUid)
  const values = filledValues(layer.values.trim() === '' ? (location?.values ?? '') : layer.values, scope)
  const manifests = layer.manifests.map((manifest) => {
    const resolved = resolve(manifest.content, scope, manifest.name)
    report(resolved.problems)
    return { name: manifest.name, content: resolved.text }
  })
  report(values.problems)
  if (layer.type !== 'manifest' && location === undefined) report([packMissing(layer)])
  const section =
    values.problems.length > 0 ? null : readOrReport(() => sectionOf(values.only((key) => key === 'pack')), report)
  if (section === null) return null
  if (location?.schema) {
    const isRuled = namedBy(Object.keys(location.schema))
    const own = filledValues(location.values ?? '', scope)
    const found = ruleFindings(values.only(isRuled), own.only(isRuled), location.schema)
    passwords.push(...found.passwords.map((value) => value.reveal()))
    report(found.problems)
  }
  return {
    id,
    name: layer.name,
    profileUid: profile.uid,
    packUid: layer.packUid,
    version: layer.version || layer.tag,
    kind: layer.layer,
    priority: section.installPriority,
    ...(location && { pack: placeOf(location, layer) }),
    values: values.text,
    manifests,
    namespace: section.namespace,
    releaseNames: section.releaseNameOverride,
    ...(section.drift && { drift: section.drift }),
  }
}

/** The digest pins what was chosen when the layer was saved, whatever the tag points to now. */
const placeOf = ({ registry, repository, digest }: PackLocation, layer: ProfileLayer): PackLocation => ({
  registry,
  repository,
  digest: layer.digest ?? digest,
})

const resolve = (text: string, scope: MacroScope, file?: string): ResolvedText =>
  resolveMacros(text, scope, file, macrosOf(text))

interface FilledValues extends ResolvedText {
  /** The text as far as these keys at its top go, or more of it; the rest can be read as well. */
  only(isWanted: (key: string) => boolean): string
}

/**
 * Values with every placeholder filled in. Each cluster has a text of its own, and reading it is dear: where the values put in cannot change
 * how the text is read, keys are filled in and read by themselves, and most of those are the same for all.
 */
function filledValues(text: string, scope: MacroScope): FilledValues {
  const filled = resolve(text, scope)
  const parts = filled.keepsShape ? partsOf(text) : null
  return {
    ...filled,
    only: (isWanted) => (parts ? resolve(onlyParts(text, parts, isWanted), scope).text : filled.text),
  }
}

/** Whether a dotted path is, or lies below, a key. Keys hold dots too. */
const namedBy =
  (paths: readonly string[]) =>
  (key: string): boolean =>
    paths.some((path) => path === key || path.startsWith(`${key}.`))

function readOrReport<T>(read: () => T, report: (problems: readonly Problem[]) => void): T | null {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof PackError)) throw error
    report(error.problems)
    return null
  }
}

function packMissing(layer: ProfileLayer): Problem {
  const message = `pack '${layer.name}' ${layer.tag} is in no registry this cluster may use: synchronise its registry, or choose another version in the profile`
  return { file: layer.name, path: '', line: 0, message }
}

function variableProblems(profile: AttachedProfile): LayerProblem[] {
  return checkVariables(profile.variables, profile.variableValues).map((problem) => ({
    ...problem,
    file: `profile '${profile.name}'`,
    layer: profile.name,
    profileUid: profile.uid,
  }))
}

function duplicateProblems(profile: AttachedProfile): LayerProblem[] {
  const names = profile.layers.map((layer) => layer.name)
  const doubled = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
  return doubled.map((name) => ({
    file: `profile '${profile.name}'`,
    path: 'spec.template.packs',
    line: 0,
    message: `has two layers named '${name}': give one an alias ('<alias>--${name}')`,
    layer: `${profile.name}/${name}`,
    profileUid: profile.uid,
  }))
}

/**
 * Layers of two profiles that would be the same helm releases: a release is named after layer and chart. Other clashes
 * cannot be told from here; the agent refuses them.
 */
function sharedReleases(layers: readonly ResolvedLayer[]): LayerProblem[] {
  const releases = ({ name, namespace, pack, releaseNames }: ResolvedLayer): string =>
    JSON.stringify([name, namespace, pack?.repository, Object.entries(releaseNames).sort()])
  const firsts = new Map<string, ResolvedLayer>()
  return layers.flatMap((layer): LayerProblem[] => {
    const key = releases(layer)
    const first = layer.pack && firsts.get(key)
    if (!first) firsts.set(key, layer)
    if (!first || first.profileUid === layer.profileUid) return []
    const message = `installs the same as layer ${first.id}: give one an alias ('<alias>--${layer.name}') or a namespace of its own, or take one of the profiles off`
    return [{ file: layer.name, path: '', line: 0, message, layer: layer.id, profileUid: layer.profileUid }]
  })
}
