import type { UpdateStrategy } from '@atrium/api/kinds/cluster.ts'
import { fail, isObject } from './fields.ts'

const STRATEGIES: readonly string[] = ['RollingUpdateScaleOut', 'RollingUpdateScaleIn'] satisfies UpdateStrategy[]

/** `updateStrategy` of a pool, as other clouds of the public API have it. Null when it is not given. */
export const readPoolStrategy = (value: unknown, field: string): UpdateStrategy | null => {
  if (value === undefined || value === null) return null
  const type = isObject(value) ? value.type : undefined
  if (type === undefined || type === '') return null
  if (isObject(value) && type === 'OverrideScaling') return ofCounts(value, field)
  if (STRATEGIES.includes(String(type))) return type as UpdateStrategy
  return fail(`${field}.type`, `must be one of ${STRATEGIES.join(', ')}, OverrideScaling`)
}

/** `spec.strategy` (v1beta1) or `spec.rollout.strategy` (v1beta2) of a MachineDeployment. Null when neither is given. */
export const readValuesStrategy = (spec: Record<string, unknown>, path: string): UpdateStrategy | null => {
  const rollout = isObject(spec.rollout) ? spec.rollout.strategy : undefined
  const [strategy, field] =
    rollout === undefined ? [spec.strategy, `${path}.strategy`] : [rollout, `${path}.rollout.strategy`]
  if (!isObject(strategy)) return null
  if (strategy.type !== undefined && strategy.type !== 'RollingUpdate')
    return fail(`${field}.type`, 'must be RollingUpdate: machines are replaced by themselves, one at a time')
  return isObject(strategy.rollingUpdate) ? ofCounts(strategy.rollingUpdate, `${field}.rollingUpdate`) : null
}

/** One machine more, or one machine less: nothing else is done here, whatever the size of the pool. */
const ofCounts = ({ maxSurge, maxUnavailable }: Record<string, unknown>, field: string): UpdateStrategy => {
  const surge = maxSurge === undefined || maxSurge === null ? '1' : String(maxSurge)
  const unavailable = maxUnavailable === undefined || maxUnavailable === null ? '0' : String(maxUnavailable)
  if (surge === '1' && unavailable === '0') return 'RollingUpdateScaleOut'
  if (surge === '0' && unavailable === '1') return 'RollingUpdateScaleIn'
  return fail(
    field,
    'machines are replaced one at a time: maxSurge 1 and maxUnavailable 0 (a new one first), or 0 and 1 (an old one goes first)',
  )
}
