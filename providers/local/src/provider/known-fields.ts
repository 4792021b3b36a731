import { fail, isObject } from './fields.ts'
import type { PoolDocument } from './pool-documents.ts'

/** Fields of a known kind: `true` = anything below it, otherwise the fields that may be below it. */
interface Fields {
  [name: string]: true | Fields
}

const metadata: Fields = { name: true, namespace: true, labels: true, annotations: true }
const document = (spec: true | Fields): Fields => ({ apiVersion: true, kind: true, metadata, spec, status: true })

/** Cluster API's own fields (v1beta1 and v1beta2), including those that mean nothing on this provider. */
const machineDeployment = document({
  clusterName: true,
  replicas: true,
  selector: true,
  strategy: true,
  rollout: true,
  rolloutAfter: true,
  remediation: true,
  deletion: true,
  machineNaming: true,
  machineNamingStrategy: true,
  minReadySeconds: true,
  paused: true,
  progressDeadlineSeconds: true,
  revisionHistoryLimit: true,
  template: {
    metadata: { labels: true, annotations: true },
    spec: {
      bootstrap: true,
      clusterName: true,
      failureDomain: true,
      infrastructureRef: true,
      version: true,
      taints: true,
      providerID: true,
      readinessGates: true,
      minReadySeconds: true,
      deletion: true,
      nodeDeletionTimeout: true,
      nodeDrainTimeout: true,
      nodeVolumeDetachTimeout: true,
    },
  },
})

const kubeadmControlPlane = document({
  replicas: true,
  version: true,
  kubeadmConfigSpec: true,
  machineNaming: true,
  machineNamingStrategy: true,
  remediation: true,
  remediationStrategy: true,
  rollout: true,
  rolloutAfter: true,
  rolloutBefore: true,
  rolloutStrategy: true,
  machineTemplate: {
    metadata: { labels: true, annotations: true },
    spec: true,
    infrastructureRef: true,
    readinessGates: true,
    nodeDeletionTimeout: true,
    nodeDrainTimeout: true,
    nodeVolumeDetachTimeout: true,
  },
})

/** Control planes of others have a specification of their own: only what is ours to read is checked. */
const otherControlPlane = document(true)

const fieldsOf = (kind: string): Fields => {
  if (kind === 'MachineDeployment') return machineDeployment
  return kind === 'KubeadmControlPlane' || kind === 'LocalControlPlane' ? kubeadmControlPlane : otherControlPlane
}

/** Refuses a misspelt field: it would be silently without effect. */
export const checkFields = (pool: PoolDocument): void => checkBelow(pool.document, fieldsOf(pool.kind), pool.path)

const checkBelow = (value: unknown, fields: Fields, path: string): void => {
  if (!isObject(value)) return
  for (const [name, below] of Object.entries(value)) {
    const known = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (known === undefined)
      fail(`${path}.${name}`, `is not a field here; there are ${Object.keys(fields).sort().join(', ')}`)
    else if (known !== true) checkBelow(below, known, `${path}.${name}`)
  }
}
