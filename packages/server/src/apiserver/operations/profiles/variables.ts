import type { v1Variable } from '@atrium/api/generated/operations.d.ts'
import type { ClusterProfileSpec, ProfileVariable } from '@atrium/api/kinds/cluster-profile.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { NewObject, StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import {
  defaultMarks,
  keepSealed,
  readSealed,
  type SealedValues,
  sealDefaults,
} from '../../../content/sealed-variables.ts'
import { invalid } from '../../invalid.ts'
import { maskedValue } from '../../shapes/masked.ts'
import { checkVariableDefinitionsOf } from './checks.ts'

type Profile = StoredObject<'ClusterProfile'>

/** Variables of a request, sensitive defaults still in clear. A masked default that comes back keeps what is stored. */
export function parseVariables(
  inputs: readonly v1Variable[] | null | undefined,
  stored: readonly ProfileVariable[],
): ProfileVariable[] {
  return (inputs ?? []).map(({ options, defaultValue, ...input }, index) => {
    const former = stored.find((variable) => variable.name === input.name)
    const masked = defaultValue === maskedValue && (input.isSensitive || former?.sealedDefault !== undefined)
    if (masked && !input.isSensitive) {
      const field = `spec.variables[${index}].defaultValue`
      throw invalid(field, 'was kept as a secret: give it again to make the variable readable')
    }
    return {
      ...defined(input),
      name: input.name,
      ...(masked ? keptDefault(former) : defaultValue !== undefined && { defaultValue }),
      ...(options && { options: options.map((option) => ({ ...defined(option), value: option.value })) }),
    }
  })
}

const keptDefault = (former: ProfileVariable | undefined): Pick<ProfileVariable, 'defaultValue' | 'sealedDefault'> => ({
  ...(former?.defaultValue !== undefined && { defaultValue: former.defaultValue }),
  ...(former?.sealedDefault !== undefined && { sealedDefault: former.sealedDefault }),
})

/** Checks the variables and writes them in the place of those the profile has; sensitive defaults become its secrets. */
export async function saveVariables(
  tx: Tx,
  { meta, spec }: Profile,
  variables: ProfileVariable[],
  random: Random,
): Promise<void> {
  const ref = { kind: 'ClusterProfile', uid: meta.uid }
  const before = defaultMarks(spec.variables)
  const values = await readSealed(tx, [ref], before)
  checkVariableDefinitionsOf(unreadDefaults(variables))
  const { sealed, fresh } = sealDefaults(variables, spec.variables, values, random)
  await tx.update('ClusterProfile', meta.uid, { spec: { ...spec, variables: sealed } })
  await keepSealed(tx, ref, { before, after: defaultMarks(sealed) }, { fresh, sourceOf: () => undefined })
}

/** Defaults that were kept are not compared with the rules: whoever changes those, and is not shown a default, would learn it by what they refuse. Each cluster compares them. */
const unreadDefaults = (variables: readonly ProfileVariable[]): ProfileVariable[] =>
  variables.map((variable) => (variable.sealedDefault === undefined ? variable : { ...variable, defaultValue: '{{}}' }))

/** A new profile; sensitive defaults become its secrets, those already sealed are copied from profile `source`. Returns its uid. */
export async function createProfile(
  tx: Tx,
  object: Omit<NewObject<'ClusterProfile'>, 'kind'> & { spec: ClusterProfileSpec },
  random: Random,
  source?: string,
): Promise<string> {
  const none: SealedValues = new Map()
  const { sealed: variables, fresh } = sealDefaults(object.spec.variables, [], none, random)
  const { meta } = await tx.create({ ...object, kind: 'ClusterProfile', spec: { ...object.spec, variables } })
  const from = source === undefined ? undefined : { kind: 'ClusterProfile', uid: source }
  const marks = { before: [], after: defaultMarks(variables) }
  await keepSealed(tx, { kind: 'ClusterProfile', uid: meta.uid }, marks, { fresh, sourceOf: () => from })
  return meta.uid
}

/** Without the keys that hold nothing. */
const defined = <T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
