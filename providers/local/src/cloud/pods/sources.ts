import type { KubeClient } from '@atrium/kube/client.ts'
import type { KubeObject } from '@atrium/kube/object.ts'
import type { PodObject } from './pod.ts'

/** The container cannot be made as its specification says; shown in its status as kubelet does. */
export class PodSetupError extends Error {
  override readonly name = 'PodSetupError'
  /** Reason of the waiting state. */
  readonly reason: string
  constructor(reason: string, message: string) {
    super(message)
    this.reason = reason
  }
}

interface SecretObject extends KubeObject {
  data?: Record<string, string>
}
interface ConfigMapObject extends KubeObject {
  data?: Record<string, string>
  binaryData?: Record<string, string>
}

/** Contents of Secrets and ConfigMaps of the pod's namespace; null when there is none. Each is read once. */
export interface Sources {
  secret(name: string): Promise<Map<string, Buffer> | null>
  configMap(name: string): Promise<Map<string, Buffer> | null>
}

export const readSources = (client: KubeClient, namespace: string): Sources => {
  const read = new Map<string, Promise<Map<string, Buffer> | null>>()
  const once = (key: string, get: () => Promise<Map<string, Buffer> | null>): Promise<Map<string, Buffer> | null> => {
    const known = read.get(key) ?? get()
    read.set(key, known)
    return known
  }
  return {
    secret: (name) =>
      once(`secret/${name}`, async () => {
        const found = await client.find<SecretObject>({ apiVersion: 'v1', kind: 'Secret', namespace, name })
        return found === null ? null : decoded(found.data, 'base64')
      }),
    configMap: (name) =>
      once(`configMap/${name}`, async () => {
        const found = await client.find<ConfigMapObject>({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name })
        return found === null ? null : new Map([...decoded(found.data, 'utf8'), ...decoded(found.binaryData, 'base64')])
      }),
  }
}

const decoded = (data: Record<string, string> | undefined, encoding: 'base64' | 'utf8'): Map<string, Buffer> =>
  new Map(Object.entries(data ?? {}).map(([key, text]) => [key, Buffer.from(text, encoding)]))

/** A field of the pod as the downward API names it. */
export const podField = (pod: PodObject, path: string, node: { address: string }): string => {
  const { name, namespace = '', uid = '', labels = {}, annotations = {} } = pod.metadata
  const fields: Record<string, string> = {
    'metadata.name': name,
    'metadata.namespace': namespace,
    'metadata.uid': uid,
    'spec.nodeName': pod.spec.nodeName ?? '',
    'spec.serviceAccountName': pod.spec.serviceAccountName ?? 'default',
    'status.hostIP': node.address,
    'status.hostIPs': node.address,
    'status.podIP': POD_ADDRESS,
    'status.podIPs': POD_ADDRESS,
    'metadata.labels': lines(labels),
    'metadata.annotations': lines(annotations),
  }
  const [, kind, key = ''] = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path) ?? []
  if (kind !== undefined) return (kind === 'labels' ? labels : annotations)[key] ?? ''
  const value = fields[path]
  if (value === undefined) throw new PodSetupError('CreateContainerConfigError', `field ${path} is not supported`)
  return value
}

/** Its processes listen on this machine. */
export const POD_ADDRESS = '127.0.0.1'

const lines = (record: Record<string, string>): string =>
  Object.entries(record)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n')
