import type { Taint } from '@atrium/api/kinds/cluster.ts'
import { isRecord } from '@atrium/kube/object.ts'
import { DNS_SUBDOMAIN, LABEL_KEY, LABEL_VALUE, TAINT_EFFECTS, VERSION } from '../names.ts'
import { CloudError } from './fault.ts'
import type { ClusterRequest, MachineRequest } from './protocol.ts'

const UID = /^[a-z0-9][a-z0-9-]{0,63}$/

const refuse = (field: string, why: string): never => {
  throw new CloudError(400, 'InvalidRequest', `${field}: ${why}`)
}

const matching = (value: unknown, pattern: RegExp, field: string): string =>
  typeof value === 'string' && pattern.test(value) ? value : refuse(field, `must match ${pattern.source}`)

export const readUid = (value: unknown): string => matching(value, UID, 'uid')
export const readName = (value: unknown, field: string): string => matching(value, DNS_SUBDOMAIN, field)

const readRecord = (value: unknown): Record<string, unknown> =>
  isRecord(value) ? value : refuse('body', 'must be an object')

export const readClusterRequest = (value: unknown): ClusterRequest => {
  const body = readRecord(value)
  return {
    tenant: matching(body.tenant, /^[\w.-]{1,128}$/, 'tenant'),
    name: readName(body.name, 'name'),
    kubernetesVersion: matching(body.kubernetesVersion, VERSION, 'kubernetesVersion'),
  }
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

export const readRenewal = (value: unknown): string => matching(readRecord(value).request, TIME, 'request')

export const readMachineRequest = (value: unknown): MachineRequest => {
  const body = readRecord(value)
  const ordinal = body.ordinal
  return {
    pool: readName(body.pool, 'pool'),
    ordinal:
      typeof ordinal === 'number' && Number.isSafeInteger(ordinal) && ordinal >= 0
        ? ordinal
        : refuse('ordinal', 'must be a whole number'),
    isControlPlane: body.isControlPlane === true,
    kubernetesVersion: matching(body.kubernetesVersion, VERSION, 'kubernetesVersion'),
    labels: readLabels(body.labels ?? {}),
    taints: Array.isArray(body.taints) ? body.taints.map(readTaint) : refuse('taints', 'must be a list'),
  }
}

const readLabels = (value: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(readRecord(value)).map(([key, text]) => [
      matching(key, LABEL_KEY, 'labels'),
      matching(text, LABEL_VALUE, `labels.${key}`),
    ]),
  )

const readTaint = (value: unknown, index: number): Taint => {
  const field = `taints[${index}]`
  const taint = readRecord(value)
  const effect = TAINT_EFFECTS.some((effect) => effect === taint.effect)
    ? (taint.effect as Taint['effect'])
    : refuse(`${field}.effect`, `must be one of ${TAINT_EFFECTS.join(', ')}`)
  return {
    key: matching(taint.key, LABEL_KEY, `${field}.key`),
    value: matching(taint.value ?? '', LABEL_VALUE, `${field}.value`),
    effect,
  }
}
