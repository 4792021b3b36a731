import type { ClusterProfileSpec, LayerKind, ProfileLayer, ProfileVariable } from '@atrium/api/kinds/cluster-profile.ts'
import { lineAt } from '@atrium/pack/format/macro-scan.ts'
import { liveMacros } from '@atrium/pack/format/macros.ts'
import { checkVariableDefinitions } from '@atrium/pack/format/variables.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { invalid } from '../../invalid.ts'

const infrastructure: readonly LayerKind[] = ['os', 'k8s', 'cni', 'csi']

/** Which layers a profile of a type may have. Drafts may be incomplete; `checkComplete` asks for the rest. */
export function checkType({ type, layers }: Pick<ClusterProfileSpec, 'type' | 'layers'>): void {
  for (const [index, layer] of layers.entries()) {
    const field = `spec.template.packs[${index}].layer`
    const isInfrastructure = infrastructure.includes(layer.layer)
    if (type === 'add-on' && isInfrastructure)
      throw invalid(field, `an add-on profile holds add-ons only, not a ${layer.layer} layer`)
    if (type === 'infra' && !isInfrastructure)
      throw invalid(field, 'an infrastructure profile holds os, k8s, cni and csi only. Use type cluster for both')
    const first = layers.findIndex((one) => one.layer === layer.layer)
    if (isInfrastructure && first !== index) throw invalid(field, `there are two ${layer.layer} layers`)
  }
}

/** What a profile needs before clusters may use it. */
export function checkComplete({ type, layers }: ClusterProfileSpec): void {
  if (layers.length === 0) throw notComplete('it has no layers')
  const needsKubernetes = type === 'infra' || type === 'cluster'
  if (needsKubernetes && !layers.some((layer) => layer.layer === 'k8s')) throw notComplete('it has no k8s layer')
}

const notComplete = (why: string): AtriumError =>
  new AtriumError('InvalidState', `The profile cannot be published: ${why}. Add it with PUT /v1/clusterprofiles/{uid}.`)

/** Definitions of variables: names, formats, defaults, regular expressions. */
export function checkVariableDefinitionsOf(variables: readonly ProfileVariable[]): void {
  const problems = checkVariableDefinitions(variables)
  const [first] = problems
  if (first === undefined) return
  const message = problems.map(({ path, message }) => `${path}: ${message}`).join('; ')
  throw new AtriumError('InvalidRequest', `${message}.`, { details: { field: first.path, problems } })
}

const variableName = /\.spectro\.var\.([A-Za-z0-9_.-]+)/g

/** Every `{{.spectro.var.NAME}}` of the layers must be a variable of the profile; those in comments do not count. */
export function checkVariablesDefined(layers: readonly ProfileLayer[], variables: readonly ProfileVariable[]): void {
  const known = new Set(variables.map((variable) => variable.name))
  const missing = layers.flatMap((layer) =>
    textsOf(layer).flatMap(({ text, place }) =>
      variablesIn(text)
        .filter(({ name }) => !known.has(name))
        .map(({ name, line }) => ({ layer: layer.name, variable: name, place, line })),
    ),
  )
  if (missing.length === 0) return
  const list = missing
    .map(({ layer, variable, place, line }) => `'${variable}' (layer ${layer}, ${place}:${line})`)
    .join(', ')
  throw new AtriumError(
    'PackVariablesUndefined',
    `The profile defines no variable ${list}. Add it to spec.variables.`,
    {
      details: { missing },
    },
  )
}

const textsOf = (layer: ProfileLayer): { text: string; place: string }[] => [
  { text: layer.values, place: 'values' },
  ...layer.manifests.map(({ name, content }) => ({ text: content, place: name })),
]

function variablesIn(text: string): { name: string; line: number }[] {
  return liveMacros(text).flatMap(({ expression, start }) =>
    [...expression.matchAll(variableName)].map(([, name = '']) => ({ name, line: lineAt(text, start) })),
  )
}
