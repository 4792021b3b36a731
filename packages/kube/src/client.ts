import { isNotFound, KindNotServedError, KubeTooLargeError } from './errors.ts'
import { type KubeResource, RestMapper, resourcePath } from './mapper.ts'
import { describeRef, isRecord, type KubeObject, type KubeRef, type KubeType, refOf } from './object.ts'
import { type KubeRequest, KubeTransport, type TransportOptions } from './transport.ts'

export interface ListQuery extends KubeType {
  /** Absent = all namespaces. */
  namespace?: string
  labelSelector?: string
  fieldSelector?: string
  /** Only `metadata`: small answers for large kinds, and no secrets read. */
  metadataOnly?: boolean
  signal?: AbortSignal
}

export interface KubeList<T> {
  items: T[]
  /** Where a watch may continue. */
  resourceVersion: string
}

export interface ApplyOptions {
  /** Owner of the applied fields. */
  fieldManager: string
  /** Takes fields over from other managers instead of failing with a conflict. */
  force?: boolean
  /** Answers what would be stored; stores nothing. */
  dryRun?: boolean
  subresource?: string
  signal?: AbortSignal
}

export interface PatchOptions {
  type: 'merge' | 'json' | 'strategic'
  subresource?: string
  fieldManager?: string
}

export interface DeleteOptions {
  propagation?: 'Foreground' | 'Background' | 'Orphan'
  gracePeriodSeconds?: number
  /** Deletes only this very object, not a successor of the same name. */
  uid?: string
  resourceVersion?: string
}

const LIST_PAGE = 250
const LIST_MAXIMUM = 100_000
const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'
const patchTypes = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const

/** A thin client of one API server. Objects are JSON; name the type you expect: `client.get<Deployment>(ref)`. */
export class KubeClient {
  readonly transport: KubeTransport
  readonly mapper: RestMapper

  constructor(options: TransportOptions) {
    this.transport = new KubeTransport(options)
    this.mapper = new RestMapper(this.transport)
  }

  async get<T = KubeObject>(ref: KubeRef, signal?: AbortSignal): Promise<T> {
    return this.#object<T>(ref, { method: 'GET', ...(signal ? { signal } : {}) })
  }

  /** Null when the object, its namespace or its kind does not exist. */
  async find<T = KubeObject>(ref: KubeRef, signal?: AbortSignal): Promise<T | null> {
    try {
      return await this.get<T>(ref, signal)
    } catch (error) {
      if (isNotFound(error) || error instanceof KindNotServedError) return null
      throw error
    }
  }

  /** Everything that matches, read in pages; at most 100,000 objects. */
  async list<T = KubeObject>(query: ListQuery): Promise<KubeList<T>> {
    const items: T[] = []
    let page: { items: T[]; resourceVersion: string; next: string } = { items: [], resourceVersion: '', next: '' }
    do {
      page = await this.listPage<T>(query, page.next)
      items.push(...page.items)
      if (items.length > LIST_MAXIMUM) throw new KubeTooLargeError(`more than ${LIST_MAXIMUM} objects of ${query.kind}`)
    } while (page.next !== '')
    return { items, resourceVersion: page.resourceVersion }
  }

  /** One page after token `next`; pages shrink when objects are so large that the answer exceeds its limit. */
  async listPage<T = KubeObject>(
    query: ListQuery,
    next = '',
    limit = LIST_PAGE,
  ): Promise<{ items: T[]; resourceVersion: string; next: string }> {
    const resource = await this.mapper.resolve(query, query.signal)
    try {
      const answer = await this.transport.json({
        method: 'GET',
        path: resourcePath(resource, query.namespace),
        query: { limit, continue: next, labelSelector: query.labelSelector, fieldSelector: query.fieldSelector },
        ...(query.metadataOnly ? { accept: METADATA_LIST } : {}),
        ...(query.signal ? { signal: query.signal } : {}),
      })
      return readList<T>(answer, query)
    } catch (error) {
      if (isNotFound(error)) this.mapper.forget(query.apiVersion)
      if (!(error instanceof KubeTooLargeError) || limit <= 1) throw error
      return this.listPage<T>(query, next, Math.ceil(limit / 8))
    }
  }

  async create<T = KubeObject>(object: KubeObject, options: { fieldManager?: string } = {}): Promise<T> {
    const resource = await this.mapper.resolve(object)
    const answer = await this.transport.json({
      method: 'POST',
      path: resourcePath(resource, this.#namespaceFor(resource, refOf(object))),
      query: { fieldManager: options.fieldManager },
      body: object,
    })
    return answer as T
  }

  /** Replaces the whole object; refused with 409 when its resourceVersion is not the stored one. */
  async replace<T = KubeObject>(object: KubeObject, options: { fieldManager?: string } = {}): Promise<T> {
    return this.#object<T>(refOf(object), {
      method: 'PUT',
      body: object,
      query: { fieldManager: options.fieldManager },
    })
  }

  /** Server-side apply: creates the object or changes exactly the fields named in it. */
  async apply<T = KubeObject>(object: KubeObject, options: ApplyOptions): Promise<T> {
    const query = {
      fieldManager: options.fieldManager,
      force: options.force ? true : undefined,
      dryRun: options.dryRun ? 'All' : undefined,
    }
    return this.#object<T>(
      refOf(object),
      {
        method: 'PATCH',
        body: object,
        contentType: 'application/apply-patch+yaml',
        query,
        ...(options.signal ? { signal: options.signal } : {}),
      },
      options.subresource,
    )
  }

  async patch<T = KubeObject>(ref: KubeRef, patch: unknown, options: PatchOptions): Promise<T> {
    return this.#object<T>(
      ref,
      {
        method: 'PATCH',
        body: patch,
        contentType: patchTypes[options.type],
        query: { fieldManager: options.fieldManager },
      },
      options.subresource,
    )
  }

  /** False when it was not there (or is another object than `uid`). */
  async delete(ref: KubeRef, options: DeleteOptions = {}): Promise<boolean> {
    const preconditions = { uid: options.uid, resourceVersion: options.resourceVersion }
    try {
      await this.#object(ref, {
        method: 'DELETE',
        body: {
          kind: 'DeleteOptions',
          apiVersion: 'v1',
          propagationPolicy: options.propagation ?? 'Background',
          gracePeriodSeconds: options.gracePeriodSeconds,
          ...(options.uid || options.resourceVersion ? { preconditions } : {}),
        },
      })
      return true
    } catch (error) {
      if (isNotFound(error) || error instanceof KindNotServedError) return false
      throw error
    }
  }

  /** `{ gitVersion: 'v1.34.4', … }`. */
  async version(signal?: AbortSignal): Promise<{ gitVersion: string }> {
    const answer = await this.transport.json({ method: 'GET', path: '/version', ...(signal ? { signal } : {}) })
    return { gitVersion: isRecord(answer) && typeof answer.gitVersion === 'string' ? answer.gitVersion : '' }
  }

  /** Whether the API server says it is ready to serve. */
  async ready(signal?: AbortSignal): Promise<boolean> {
    try {
      const path = '/readyz'
      return (
        (await this.transport.text({ method: 'GET', path, timeoutMs: 5_000, ...(signal ? { signal } : {}) })) === 'ok'
      )
    } catch {
      return false
    }
  }

  async close(): Promise<void> {
    await this.transport.close()
  }

  async #object<T>(ref: KubeRef, request: Omit<KubeRequest, 'path'>, subresource?: string): Promise<T> {
    const resource = await this.mapper.resolve(ref, request.signal)
    const path = resourcePath(resource, this.#namespaceFor(resource, ref), ref.name)
    return (await this.transport.json({ ...request, path: subresource ? `${path}/${subresource}` : path })) as T
  }

  #namespaceFor(resource: KubeResource, ref: KubeRef): string | undefined {
    if (!resource.namespaced) return undefined
    if (!ref.namespace) throw new TypeError(`${describeRef(ref)}: a namespace is required`)
    return ref.namespace
  }
}

/** Items of lists carry no type of their own; it is put back. */
function readList<T>(answer: unknown, type: KubeType): { items: T[]; resourceVersion: string; next: string } {
  const list = isRecord(answer) ? answer : {}
  const metadata = isRecord(list.metadata) ? list.metadata : {}
  const items = (Array.isArray(list.items) ? list.items : []).map((item) =>
    isRecord(item) ? { ...item, apiVersion: type.apiVersion, kind: type.kind } : item,
  )
  return {
    items: items as T[],
    resourceVersion: typeof metadata.resourceVersion === 'string' ? metadata.resourceVersion : '',
    next: typeof metadata.continue === 'string' ? metadata.continue : '',
  }
}
