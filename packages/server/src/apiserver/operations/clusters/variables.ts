import type {
  v1SpectroClusterVariables,
  v1SpectroClusterVariableUpdateEntity,
} from '@atrium/api/generated/operations.d.ts'
import type { AttachedProfile } from '@atrium/api/kinds/cluster.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { openProfile, type SealedValues } from '../../../content/sealed-variables.ts'
import { maskedValue } from '../../shapes/masked.ts'
import { isMasked, setVariables } from './profiles.ts'

/** Only values given for this cluster are shown: clients take every one into their state. Sensitive ones are masked. */
export const viewVariables = (profile: AttachedProfile): v1SpectroClusterVariables => ({
  profileUid: profile.uid,
  variables: profile.variables.map((variable) => {
    const masked = isMasked(profile, variable)
    const { sealedDefault, defaultValue = sealedDefault, ...rest } = variable
    const value = profile.sealedValues?.[variable.name] ?? profile.variableValues[variable.name]
    return {
      ...(rest as NonNullable<v1SpectroClusterVariables['variables']>[number]),
      ...(defaultValue !== undefined && {
        defaultValue: masked || sealedDefault !== undefined ? maskedValue : defaultValue,
      }),
      ...(value !== undefined && { value: masked ? maskedValue : value }),
    }
  }),
})

/** The profiles after an update of variable values; a masked value that comes back means "unchanged". */
export function updateVariables(
  profiles: readonly AttachedProfile[],
  updates: readonly v1SpectroClusterVariableUpdateEntity[],
  sealed: SealedValues,
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
    checkMutable(profile, variables ?? [], sealed, `[${index}].variables`)
    changed[place] = setVariables(profile, variables ?? [], `[${index}].variables`)
  }
  return changed
}

function checkMutable(
  profile: AttachedProfile,
  given: readonly { name: string; value?: string | undefined }[],
  sealed: SealedValues,
  path: string,
): void {
  const { variables, variableValues } = openProfile(profile, sealed)
  for (const { name, value } of given) {
    const variable = variables.find((one) => one.name === name)
    if (variable && value === maskedValue && isMasked(profile, variable)) continue
    const current = variableValues[name] ?? variable?.defaultValue
    if (variable?.immutable && current !== undefined && value !== current) {
      throw new AtriumError('InvalidRequest', `${path}: variable '${name}' is read only.`, { details: { field: path } })
    }
  }
}
