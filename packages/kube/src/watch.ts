import type { Readable } from 'node:stream'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { type Random, withJitter } from '@atrium/runtime/base/random.ts'
import type { KubeClient, ListQuery } from './client.ts'
import { errorFromStatus, isExpired, isNotFound, KubeConnectionError, KubeTooLargeError } from './errors.ts'
import { resourcePath } from './mapper.ts'
import { isRecord, type KubeObject, keyOf, refOf } from './object.ts'

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'
  object: KubeObject
}

const EVENT_BYTES = 8 * 1024 * 1024
/** Bookmarks come about once a minute, so a longer silence means the connection is dead. */
const SILENCE_MS = 150_000
const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1'

/** One watch request from `resourceVersion` until the server ends it. Throws `KubeError` 410 when that is no longer kept. */
async function* watchOnce(client: KubeClient, query: ListQuery, resourceVersion: string): AsyncGenerator<WatchEvent> {
  const resource = await client.mapper.resolve(query)
  const stream = await client.transport.stream({
    method: 'GET',
    path: resourcePath(resource, query.namespace),
    query: {
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion,
      labelSelector: query.labelSelector,
      fieldSelector: query.fieldSelector,
    },
    timeoutMs: SILENCE_MS,
    ...(query.metadataOnly ? { accept: METADATA } : {}),
    ...(query.signal ? { signal: query.signal } : {}),
  })
  try {
    for await (const line of lines(stream)) yield readEvent(line, query)
  } catch (error) {
    if (error instanceof Error && error.name.startsWith('Kube')) throw error
    throw new KubeConnectionError(`watch of ${query.kind}: ${messageOf(error)}`, error)
  } finally {
    stream.destroy()
  }
}

function readEvent(line: string, query: ListQuery): WatchEvent {
  const event: unknown = JSON.parse(line)
  if (!isRecord(event) || !isRecord(event.object)) throw new TypeError('a watch event without an object')
  if (event.type === 'ERROR') throw errorFromStatus(Number(event.object.code ?? 500), event.object)
  const object = { ...event.object, apiVersion: query.apiVersion, kind: query.kind } as KubeObject
  return { type: event.type as WatchEvent['type'], object }
}

async function* lines(stream: Readable): AsyncGenerator<string> {
  let pending: Buffer[] = []
  let size = 0
  for await (const part of stream as AsyncIterable<Buffer>) {
    let start = 0
    for (let end = part.indexOf(10); end >= 0; end = part.indexOf(10, start)) {
      pending.push(part.subarray(start, end))
      yield Buffer.concat(pending).toString('utf8')
      pending = []
      size = 0
      start = end + 1
    }
    size += part.length - start
    if (size > EVENT_BYTES) throw new KubeTooLargeError('a watch event is larger than 8 MiB')
    if (start < part.length) pending.push(part.subarray(start))
  }
}

export interface ResourceWatchOptions {
  client: KubeClient
  query: ListQuery
  clock: Clock
  random: Random
  logger: Logger
  /**
   * `present`: it exists in this form (also for everything a list finds). `gone`: it does not exist any more;
   * after a missed deletion `object` holds only its identity.
   */
  onObject(change: 'present' | 'gone', object: KubeObject): void
  /** After each complete list. */
  onSynced?(): void
}

export interface ResourceWatch {
  /** Resolves after the first complete list; never rejects. */
  readonly synced: Promise<void>
  stop(): Promise<void>
}

const FIRST_DELAY_MS = 100
const LONGEST_DELAY_MS = 10_000
const SHORT_WATCH_MS = 1_000

/**
 * Keeps watching one kind: list, watch from there, resume after a break, list again when the server forgot the position.
 * Every object's newest state is reported at least once; a deletion during a break is reported by the next list.
 */
export function watchResource(options: ResourceWatchOptions): ResourceWatch {
  const stopping = new AbortController()
  const { promise: synced, resolve: markSynced } = Promise.withResolvers<void>()
  const loop = new WatchLoop(options, stopping.signal, markSynced)
  const running = loop.run()
  return {
    synced,
    async stop() {
      stopping.abort()
      await running
      markSynced()
    },
  }
}

class WatchLoop {
  readonly #options: ResourceWatchOptions
  readonly #query: ListQuery
  readonly #signal: AbortSignal
  readonly #markSynced: () => void
  /** Last seen identity of everything that exists, to notice deletions that happened during a break. */
  readonly #known = new Map<string, KubeObject>()
  #position = ''
  #failures = 0

  constructor(options: ResourceWatchOptions, signal: AbortSignal, markSynced: () => void) {
    this.#options = options
    this.#query = { ...options.query, signal }
    this.#signal = signal
    this.#markSynced = markSynced
  }

  async run(): Promise<void> {
    while (!this.#signal.aborted) {
      try {
        if (this.#position === '') await this.#relist()
        await this.#watchToEnd()
      } catch (error) {
        await this.#recover(error)
      }
    }
  }

  /** A server that ends watches at once, without an event, is treated as failing: no busy loop. */
  async #watchToEnd(): Promise<void> {
    const startedAt = this.#options.clock.now()
    let events = 0
    for await (const event of watchOnce(this.#options.client, this.#query, this.#position)) {
      events++
      this.#take(event)
    }
    if (events === 0 && this.#options.clock.now() - startedAt < SHORT_WATCH_MS)
      throw new KubeConnectionError(`watch of ${this.#query.kind} ended at once`, null)
  }

  async #relist(): Promise<void> {
    const list = await this.#options.client.list(this.#query)
    if (this.#signal.aborted) return
    const missing = new Map(this.#known)
    for (const object of list.items) {
      missing.delete(keyOf(refOf(object)))
      this.#present(object)
    }
    for (const object of missing.values()) this.#gone(object)
    this.#position = list.resourceVersion
    this.#options.onSynced?.()
    this.#markSynced()
  }

  #take(event: WatchEvent): void {
    this.#failures = 0
    this.#position = event.object.metadata.resourceVersion ?? this.#position
    if (event.type === 'DELETED') this.#gone(event.object)
    else if (event.type !== 'BOOKMARK') this.#present(event.object)
  }

  #present(object: KubeObject): void {
    const { apiVersion, kind, metadata } = object
    const identity = { name: metadata.name, namespace: metadata.namespace ?? '', uid: metadata.uid ?? '' }
    this.#known.set(keyOf(refOf(object)), { apiVersion, kind, metadata: identity })
    this.#options.onObject('present', object)
  }

  #gone(object: KubeObject): void {
    this.#known.delete(keyOf(refOf(object)))
    this.#options.onObject('gone', object)
  }

  async #recover(error: unknown): Promise<void> {
    if (this.#signal.aborted) return
    if (isExpired(error)) this.#position = ''
    // The kind is gone (its definition was deleted): so are its objects; list again once it is back.
    if (isNotFound(error)) {
      this.#position = ''
      this.#options.client.mapper.forget(this.#query.apiVersion)
    }
    const { clock, random, logger } = this.#options
    const delayMs = Math.min(FIRST_DELAY_MS * 2 ** this.#failures++, LONGEST_DELAY_MS)
    logger.debug({ kind: this.#query.kind, delayMs, error: messageOf(error) }, 'watch interrupted')
    await clock.sleep(withJitter(delayMs, 0.2, random), this.#signal)
  }
}
