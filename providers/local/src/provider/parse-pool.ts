import type { Taint, UpdateStrategy } from '@atrium/api/kinds/cluster.ts'
import type { DesiredPool } from '@atrium/provider-contract/provider.ts'
import { DNS_LABEL, VERSION } from '../names.ts'
import { fail, isObject, readLabels, readTaints } from './fields.ts'
import { checkFields } from './known-fields.ts'
import { type PoolDocument, readDocuments } from './pool-documents.ts'
import { readPoolStrategy, readValuesStrategy } from './update-strategy.ts'

export interface PoolInput {
  cloudConfig: Record<string, unknown>
  poolConfig: Record<string, unknown>
}

const CONTROL_PLANE_SIZES = [1, 3, 5]
/** More simulated machines than a person can mean on one computer. */
const LARGEST_POOL = 1_000

/**
 * Reads a pool as a client sends it: `cloudConfig.values` is YAML text in the shape of Cluster API, and `poolConfig` adds
 * labels and taints. Throws `InvalidRequest` that names the field below `path`, which is empty where the pool is the whole body. An empty
 * version means the cluster's.
 */
export const parsePool = (input: PoolInput, path: string): DesiredPool => {
  const { poolConfig } = input
  const at = path === '' ? '' : `${path}.`
  const wantsControlPlane = readFlag(poolConfig.isControlPlane, `${at}poolConfig.isControlPlane`)
  const chosen = chooseDocument(
    readDocuments(input.cloudConfig.values, `${at}cloudConfig.values`),
    wantsControlPlane,
    at,
  )
  checkFields(chosen)
  const pool = chosen.isControlPlane ? readControlPlane(chosen) : readDeployment(chosen)
  if (pool.isControlPlane && !CONTROL_PLANE_SIZES.includes(pool.size))
    fail(
      `${chosen.path}.spec.replicas`,
      `a control plane has ${CONTROL_PLANE_SIZES.join(', ')} machines, not ${pool.size}`,
    )
  const strategy = readPoolStrategy(poolConfig.updateStrategy, `${at}poolConfig.updateStrategy`)
  return {
    ...pool,
    ...(strategy === null ? {} : { updateStrategy: strategy }),
    useControlPlaneAsWorker:
      readFlag(poolConfig.useControlPlaneAsWorker, `${at}poolConfig.useControlPlaneAsWorker`) ?? false,
    labels: { ...pool.labels, ...readLabels(poolConfig.additionalLabels, `${at}poolConfig.additionalLabels`) },
    taints: mergeTaints(pool.taints, readTaints(poolConfig.taints, `${at}poolConfig.taints`)),
  }
}

type PoolFromValues = Omit<DesiredPool, 'useControlPlaneAsWorker'>

const chooseDocument = (documents: PoolDocument[], wantsControlPlane: boolean | null, at: string): PoolDocument => {
  const fitting = documents.filter((one) => wantsControlPlane === null || one.isControlPlane === wantsControlPlane)
  const [chosen, second] = fitting
  if (second !== undefined)
    fail(
      `${second.path}.kind`,
      `a pool is described by one object, but ${chosen?.kind} and ${second.kind} both describe it`,
    )
  if (chosen !== undefined) return chosen
  if (documents.length > 0)
    return fail(
      `${at}poolConfig.isControlPlane`,
      `is ${wantsControlPlane}, but the values hold ${documents.map((one) => one.kind).join(', ')}`,
    )
  return fail(
    `${at}cloudConfig.values`,
    'needs a MachineDeployment, or for a control plane an object whose kind ends in ControlPlane',
  )
}

const readControlPlane = (document: PoolDocument): PoolFromValues => {
  const { spec, path } = document
  const template = isObject(spec.machineTemplate) ? spec.machineTemplate : {}
  return {
    ...readCommon(document),
    isControlPlane: true,
    labels: readLabels(labelsOf(template), `${path}.spec.machineTemplate.metadata.labels`),
    taints: [],
    kubernetesVersion: readVersion(spec.version, `${path}.spec.version`),
  }
}

const readDeployment = (document: PoolDocument): PoolFromValues => {
  const { spec, path } = document
  const template = isObject(spec.template) ? spec.template : {}
  const machine = isObject(template.spec) ? template.spec : {}
  const strategy: UpdateStrategy | null = readValuesStrategy(spec, `${path}.spec`)
  return {
    ...readCommon(document),
    ...(strategy === null ? {} : { updateStrategy: strategy }),
    isControlPlane: false,
    labels: readLabels(labelsOf(template), `${path}.spec.template.metadata.labels`),
    taints: readTaints(machine.taints, `${path}.spec.template.spec.taints`),
    kubernetesVersion: readVersion(machine.version, `${path}.spec.template.spec.version`),
  }
}

const labelsOf = (template: Record<string, unknown>): unknown =>
  isObject(template.metadata) ? template.metadata.labels : undefined

const readCommon = ({ metadata, spec, path }: PoolDocument): Pick<DesiredPool, 'name' | 'size'> => {
  const name = metadata.name
  if (typeof name !== 'string' || !DNS_LABEL.test(name))
    return fail(`${path}.metadata.name`, 'is required: lower-case letters, digits and -, at most 63')
  const size = spec.replicas ?? 1
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || size > LARGEST_POOL)
    return fail(`${path}.spec.replicas`, `must be a whole number from 0 to ${LARGEST_POOL}`)
  return { name, size }
}

const readVersion = (value: unknown, field: string): string => {
  if (value === undefined || value === null || value === '') return ''
  const version = typeof value === 'string' ? value.replace(/^v/, '') : ''
  return VERSION.test(version) ? version : fail(field, 'must be a Kubernetes version such as v1.34.4')
}

const readFlag = (value: unknown, field: string): boolean | null => {
  if (value === undefined || value === null) return null
  return typeof value === 'boolean' ? value : fail(field, 'must be true or false')
}

const mergeTaints = (first: Taint[], second: Taint[]): Taint[] => {
  const byId = new Map([...first, ...second].map((taint) => [`${taint.key}:${taint.effect}`, taint]))
  return [...byId.values()]
}
