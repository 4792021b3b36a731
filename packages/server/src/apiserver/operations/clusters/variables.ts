import type {
  v1SpectroClusterVariables,
  v1SpectroClusterVariableUpdateEntity,
} from '@atrium/api/generated/operations.d.ts'
import type { AttachedProfile } from '@atrium/api/kinds/cluster.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { setVariables } from './profiles.ts'

const masked = '********'

/** Only values given for this cluster are shown: clients take every one into their state. Sensitive ones are masked. */
export const viewVariables = (profile: AttachedProfile): v1SpectroClusterVariables => ({
  profileUid: profile.uid,
  variables: profile.variables.map((variable) => {
    const value = profile.variableValues[variable.name]
    const { defaultValue, ...rest } = variable
    return {
      ...(rest as NonNullable<v1SpectroClusterVariables['variables']>[number]),
      ...(defaultValue !== undefined && { defaultValue: variable.isSensitive ? masked : defaultValue }),
      ...(value !== undefined && { value: variable.isSensitive ? masked : value }),
    }
  }),
})

/** The profiles after an update of variable values; a masked value that comes back means "unchanged". */
export function updateVariables(
  profiles: readonly AttachedProfile[],
  updates: readonly v1SpectroClusterVariableUpdateEntity[],
): AttachedProfile[] {
  const changed = [...profiles]
  for (const [index, { profileUid, variables }] of updates.entries()) {
    const place = changed.findIndex((profile) => profile.uid === profileUid)
    const profile = changed[place]
    if (!profile) {
      throw new AtriumError(
        'InvalidRequest',
        `[${index}].profileUid: profile '${profileUid}' is not attached to this cluster.`,
        {
          details: { field: `[${index}].profileUid` },
        },
      )
    }
    const given = (variables ?? []).filter(({ value }) => value !== masked)
    checkMutable(profile, given, `[${index}].variables`)
    changed[place] = setVariables(profile, given, `[${index}].variables`)
  }
  return changed
}

function checkMutable(
  profile: AttachedProfile,
  given: readonly { name: string; value?: string | undefined }[],
  path: string,
): void {
  for (const { name, value } of given) {
    const variable = profile.variables.find((one) => one.name === name)
    const current = profile.variableValues[name] ?? variable?.defaultValue
    if (variable?.immutable && current !== undefined && value !== current) {
      throw new AtriumError('InvalidRequest', `${path}: variable '${name}' is read only.`, { details: { field: path } })
    }
  }
}
