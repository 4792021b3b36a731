import { isNotFound, KindNotServedError } from './errors.ts'
import { isRecord, type KubeType } from './object.ts'
import type { KubeTransport } from './transport.ts'

/** Where a kind is served. */
export interface KubeResource extends KubeType {
  /** Plural name in paths, e.g. `deployments`. */
  resource: string
  namespaced: boolean
  verbs: string[]
}

const basePath = (apiVersion: string): string =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`

/**
 * apiVersion + kind → resource, learnt from the server's discovery one group version at a time and kept.
 * A kind that is not known is asked for again: its CustomResourceDefinition may have appeared.
 */
export class RestMapper {
  readonly #transport: KubeTransport
  readonly #known = new Map<string, Map<string, KubeResource>>()

  constructor(transport: KubeTransport) {
    this.#transport = transport
  }

  /** Throws `KindNotServedError` when the cluster does not serve it. */
  async resolve(type: KubeType, signal?: AbortSignal): Promise<KubeResource> {
    const found =
      this.#known.get(type.apiVersion)?.get(type.kind) ?? (await this.#discover(type.apiVersion, signal)).get(type.kind)
    if (!found) throw new KindNotServedError(type.apiVersion, type.kind)
    return found
  }

  /** Forgets a group version, e.g. after its resource answered 404. */
  forget(apiVersion: string): void {
    this.#known.delete(apiVersion)
  }

  async #discover(apiVersion: string, signal?: AbortSignal): Promise<Map<string, KubeResource>> {
    const resources = new Map<string, KubeResource>()
    for (const entry of await this.#resourceList(apiVersion, signal)) {
      const { name, kind, namespaced, verbs } = entry
      if (typeof name !== 'string' || typeof kind !== 'string' || name.includes('/')) continue
      const known = Array.isArray(verbs) ? verbs.filter((verb) => typeof verb === 'string') : []
      resources.set(kind, { apiVersion, kind, resource: name, namespaced: namespaced === true, verbs: known })
    }
    if (resources.size > 0) this.#known.set(apiVersion, resources)
    return resources
  }

  async #resourceList(apiVersion: string, signal?: AbortSignal): Promise<Record<string, unknown>[]> {
    try {
      const path = basePath(apiVersion)
      const answer = await this.#transport.json({ method: 'GET', path, ...(signal ? { signal } : {}) })
      return isRecord(answer) && Array.isArray(answer.resources) ? answer.resources.filter(isRecord) : []
    } catch (error) {
      if (isNotFound(error)) return []
      throw error
    }
  }

  /** Every resource the cluster serves in its preferred versions. Groups whose server does not answer are named, not fatal. */
  async all(): Promise<{ resources: KubeResource[]; unreachable: string[] }> {
    const versions = ['v1', ...(await this.#preferredVersions())]
    const unreachable: string[] = []
    const resources: KubeResource[] = []
    for (const apiVersion of versions) {
      try {
        resources.push(...(await this.#discover(apiVersion)).values())
      } catch {
        unreachable.push(apiVersion)
      }
    }
    return { resources, unreachable }
  }

  async #preferredVersions(): Promise<string[]> {
    const answer = await this.#transport.json({ method: 'GET', path: '/apis' })
    const groups = isRecord(answer) && Array.isArray(answer.groups) ? answer.groups.filter(isRecord) : []
    return groups.flatMap((group) => {
      const preferred = isRecord(group.preferredVersion) ? group.preferredVersion.groupVersion : undefined
      return typeof preferred === 'string' ? [preferred] : []
    })
  }
}

/** Path of a resource's collection, or of one object in it. */
export function resourcePath(resource: KubeResource, namespace: string | undefined, name?: string): string {
  const scope = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`
  return `${basePath(resource.apiVersion)}${scope}/${resource.resource}${object}`
}
