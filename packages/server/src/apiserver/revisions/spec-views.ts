import type { AttachedProfile, ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import type { ClusterProfileSpec, ProfileVariable } from '@atrium/api/kinds/cluster-profile.ts'
import { Hidden } from './difference.ts'

/** A spec as it is compared: what its reader must not see is hidden. */
export type SpecView = Record<string, unknown>

/** What becomes sensitive was not hidden before: `specs` are all that are compared, and the present one. */
export function profileViews(specs: readonly ClusterProfileSpec[]): (spec: ClusterProfileSpec) => SpecView {
  const secret = new Set(specs.flatMap(({ variables }) => sensitiveNames(variables)))
  return (spec) => ({ ...spec, variables: spec.variables.map((one) => viewVariable(one, secret.has(one.name))) })
}

/** Without `showsCloud` the settings of cloud and pools are hidden: the public API guards them apart from the cluster. */
export function clusterViews(specs: readonly ClusterSpec[], showsCloud: boolean): (spec: ClusterSpec) => SpecView {
  const secret = new Set(
    specs.flatMap(({ profiles }) => profiles.flatMap((one) => secretsOf(one).map((name) => idOf(one, name)))),
  )
  const cloud = (value: unknown): unknown => (showsCloud ? value : new Hidden(value))
  return (spec) => ({
    ...spec,
    cloudConfig: cloud(spec.cloudConfig),
    machinePools: spec.machinePools.map((pool) => ({ ...pool, input: cloud(pool.input) })),
    profiles: spec.profiles.map((profile) => viewProfile(profile, (name) => secret.has(idOf(profile, name)))),
  })
}

function viewProfile(
  { sealedValues = {}, variableValues, variables, ...rest }: AttachedProfile,
  isSecret: (name: string) => boolean,
): SpecView {
  const values = Object.entries({ ...sealedValues, ...variableValues })
  const view = ([name, value]: [string, string]): [string, unknown] => [
    name,
    isSecret(name) ? new Hidden(value) : value,
  ]
  return {
    ...rest,
    variables: variables.map((variable) => viewVariable(variable, isSecret(variable.name))),
    variableValues: Object.fromEntries(values.map(view)),
  }
}

function viewVariable({ sealedDefault, defaultValue, ...rest }: ProfileVariable, isSecret: boolean): SpecView {
  const value = sealedDefault ?? defaultValue
  return { ...rest, ...(value !== undefined && { defaultValue: isSecret ? new Hidden(value) : value }) }
}

const idOf = (profile: Pick<AttachedProfile, 'name'>, variable: string): string =>
  JSON.stringify([profile.name, variable])

const secretsOf = ({ variables, sealedValues = {} }: AttachedProfile): string[] => [
  ...Object.keys(sealedValues),
  ...sensitiveNames(variables),
]

const sensitiveNames = (variables: readonly ProfileVariable[]): string[] =>
  variables.filter((one) => one.isSensitive || one.sealedDefault !== undefined).map(({ name }) => name)
