import type { KubeObject } from '@atrium/kube/object.ts'

/** The parts of a pod that the cloud reads. */
export interface PodObject extends KubeObject {
  spec: PodSpec
  status?: PodStatus
}

export interface PodSpec {
  nodeName?: string
  serviceAccountName?: string
  restartPolicy?: 'Always' | 'OnFailure' | 'Never'
  terminationGracePeriodSeconds?: number
  containers: Container[]
  initContainers?: Container[]
  volumes?: Volume[]
}

export interface Container {
  name: string
  image: string
  command?: string[]
  args?: string[]
  workingDir?: string
  env?: EnvVariable[]
  envFrom?: {
    prefix?: string
    secretRef?: { name: string; optional?: boolean }
    configMapRef?: { name: string; optional?: boolean }
  }[]
  volumeMounts?: { name: string; mountPath: string; subPath?: string; readOnly?: boolean }[]
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> }
}

export interface KeySelector {
  name: string
  key: string
  optional?: boolean
}

export interface EnvVariable {
  name: string
  value?: string
  valueFrom?: {
    secretKeyRef?: KeySelector
    configMapKeyRef?: KeySelector
    fieldRef?: { fieldPath: string }
    resourceFieldRef?: object
  }
}

export interface KeyToPath {
  key: string
  path: string
}

export interface Volume {
  name: string
  secret?: { secretName: string; items?: KeyToPath[]; optional?: boolean }
  configMap?: { name: string; items?: KeyToPath[]; optional?: boolean }
  emptyDir?: object
  downwardAPI?: { items?: { path: string; fieldRef?: { fieldPath: string } }[] }
  projected?: { sources?: ProjectedSource[] }
  [kind: string]: unknown
}

export interface ProjectedSource {
  secret?: { name: string; items?: KeyToPath[]; optional?: boolean }
  configMap?: { name: string; items?: KeyToPath[]; optional?: boolean }
  downwardAPI?: { items?: { path: string; fieldRef?: { fieldPath: string } }[] }
  serviceAccountToken?: { audience?: string; expirationSeconds?: number; path: string }
}

export interface PodCondition {
  type: string
  status: string
  reason?: string
  message?: string
  lastTransitionTime?: string
}

export interface ContainerState {
  waiting?: { reason: string; message: string }
  running?: { startedAt: string }
  terminated?: { exitCode: number; reason: string; message?: string; startedAt: string; finishedAt: string }
}

export interface ContainerStatus {
  name: string
  image: string
  imageID: string
  containerID?: string
  ready: boolean
  started: boolean
  restartCount: number
  state: ContainerState
  lastState?: ContainerState
}

export interface PodStatus {
  phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'
  conditions?: PodCondition[]
  containerStatuses?: ContainerStatus[]
  hostIP?: string
  podIP?: string
  startTime?: string
}
