import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { gzipSync } from 'node:zlib'
import type { PackSource } from '@atrium/agent/layers/content.ts'
import type { AgentReport, PlaneLink } from '@atrium/agent/ports.ts'
import type { DesiredLayer, DesiredState } from '@atrium/api/link/desired-state.ts'
import type { PreviewAnswer, PreviewRequest } from '@atrium/api/link/preview.ts'
import type { DeviationReport, LayerReport } from '@atrium/api/link/protocol.ts'
import type { PackFiles } from '@atrium/pack/format/pack-files.ts'
import { packArchive } from '@atrium/pack/sources/load.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'

const digestOf = (content: string): string => `sha256:${createHash('sha256').update(content).digest('hex')}`

/** Files of a pack, by path; `pack.json` is made from them. */
export type PackTree = Record<string, string>

/** A layer as a test writes it. */
export interface LayerDraft {
  name: string
  /** `p` unless given. */
  profile?: string
  values?: string
  pack?: PackTree
  manifests?: Record<string, string>
  kind?: DesiredLayer['kind']
  priority?: number
  namespace?: string
  drift?: DesiredLayer['drift']
}

/** Everything the plane would send and take, in memory: what the agent does with it is real. */
export class FakePlane implements PackSource {
  readonly blobs = new Map<string, Buffer>()
  readonly packs = new Map<string, PackFiles>()
  /** The same packs as a registry holds them, by digest. */
  readonly archives = new Map<string, Buffer>()
  /** What layers name as their registry. */
  registry = 'https://registry.test'
  /** Pulls begin and never end. */
  hangs = false
  readonly reports: AgentReport[] = []
  /** Deviations by id, as the plane would know them. */
  readonly deviations = new Map<string, DeviationReport>()
  online = true
  /** The registry is away while the plane is there. */
  withheld = false
  desired: DesiredState | null = null
  #generation = 0
  #previewListener: Parameters<PlaneLink['onPreview']>[0] | null = null
  readonly #desiredListeners = new Set<(desired: DesiredState) => void>()
  readonly #connectionListeners = new Set<(connected: boolean) => void>()

  /** Opens as soon as the network could: what arrives before anybody listens is lost, as on the real link. */
  link(): PlaneLink {
    const plane = this
    setImmediate(() => plane.#deliver())
    return {
      get connected() {
        return plane.online
      },
      onDesired: (listener) => {
        plane.#desiredListeners.add(listener)
        return () => plane.#desiredListeners.delete(listener)
      },
      onPreview: (listener) => {
        plane.#previewListener = listener
        return () => {
          plane.#previewListener = null
        }
      },
      onConnection: (listener) => {
        plane.#connectionListeners.add(listener)
        return () => plane.#connectionListeners.delete(listener)
      },
      report: (message) => plane.#take(message),
      fetchBlob: async (digest) => plane.#blob(digest),
      registryToken: async () => ({ token: new Secret('token'), expiresAt: '2030-01-01T00:00:00Z' }),
      close: async () => undefined,
    }
  }

  setOnline(online: boolean): void {
    this.online = online
    for (const listener of this.#connectionListeners) listener(online)
    this.#deliver()
  }

  async pull(pack: { digest: string }, signal: AbortSignal): Promise<PackFiles> {
    if (this.hangs) await once(signal, 'abort')
    signal.throwIfAborted()
    const files = this.online && !this.withheld ? this.packs.get(pack.digest) : undefined
    if (!files) throw new Error('the registry is away')
    return files
  }

  /** Sends a new desired state made of these layers. */
  async send(
    drafts: LayerDraft[],
    options: { drift?: 'heal' | 'alert'; epoch?: number; generation?: number } = {},
  ): Promise<DesiredState> {
    this.#generation = options.generation ?? this.#generation + 1
    const desired = await this.#state(drafts, options)
    this.desired = desired
    this.#deliver()
    return desired
  }

  /** Asks for a preview of a desired state made of these layers; `sensitive` are values to be shown nowhere. */
  async preview(drafts: LayerDraft[], sensitive: string[] = [], limitMs = 25_000): Promise<PreviewAnswer> {
    const before = new Set(this.blobs.keys())
    const desired = await this.#state(drafts, {}, sensitive)
    // What the present state does not name reaches the agent with the request alone.
    const fresh = [...this.blobs.entries()].filter(([digest]) => !before.has(digest))
    for (const [digest] of fresh) this.blobs.delete(digest)
    const texts = JSON.stringify(Object.fromEntries(fresh.map(([digest, content]) => [digest, content.toString()])))
    const request: PreviewRequest = {
      ...{ type: 'preview', id: 'one', desired, tokens: [], limitMs },
      texts: gzipSync(texts).toString('base64'),
    }
    return new Promise((resolve) => this.#previewListener?.(request, resolve))
  }

  async #state(
    drafts: LayerDraft[],
    options: { drift?: 'heal' | 'alert'; epoch?: number },
    sensitive: string[] = [],
  ): Promise<DesiredState> {
    const layers: DesiredLayer[] = []
    for (const draft of drafts) layers.push(await this.#layer(draft))
    return {
      clusterUid: 'c'.repeat(24),
      clusterName: 'test',
      epoch: options.epoch ?? 1,
      generation: this.#generation,
      kubernetesVersion: '1.34.4',
      layers,
      policy: { drift: options.drift ?? 'heal', nodes: 'heal' },
      ...(sensitive.length > 0 && { sensitive: this.#put(JSON.stringify(sensitive)) }),
    }
  }

  /** The newest report of each layer: by name in profile `p`, else by id. */
  layers(): Record<string, LayerReport> {
    const state = this.state()
    return Object.fromEntries((state?.layers ?? []).map((layer) => [layer.id.replace(/^p\//, ''), layer]))
  }

  state(): Extract<AgentReport, { type: 'state' }> | undefined {
    return this.reports.findLast((report) => report.type === 'state')
  }

  /** States of all layers, once they belong to the newest desired state. */
  states(): Record<string, string> {
    if (this.state()?.working?.generation !== this.#generation) return {}
    return Object.fromEntries(Object.entries(this.layers()).map(([name, layer]) => [name, layer.state]))
  }

  /** True once the newest desired state is fully applied. */
  isApplied(): boolean {
    return this.state()?.applied?.generation === this.#generation
  }

  #deliver(): void {
    const { desired, online } = this
    if (online && desired) for (const listener of this.#desiredListeners) listener(desired)
  }

  #blob(digest: string): Buffer {
    const content = this.online ? this.blobs.get(digest) : undefined
    if (!content) throw new Error('the plane is away')
    return content
  }

  #take(message: AgentReport): void {
    this.reports.push(message)
    if (message.type === 'deviations') for (const item of message.items) this.deviations.set(item.id, item)
  }

  #put(content: string): string {
    const digest = digestOf(content)
    this.blobs.set(digest, Buffer.from(content))
    return digest
  }

  async #layer(draft: LayerDraft): Promise<DesiredLayer> {
    const pack = draft.pack && (await this.#pack(draft.name, draft.pack))
    return {
      id: `${draft.profile ?? 'p'}/${draft.name}`,
      name: draft.name,
      profileUid: 'f'.repeat(24),
      packUid: 'a'.repeat(24),
      version: '1.0.0',
      kind: draft.kind ?? 'addon',
      priority: draft.priority ?? 0,
      ...(pack ? { pack } : {}),
      valuesDigest: this.#put(draft.values ?? ''),
      manifests: Object.entries(draft.manifests ?? {}).map(([name, text]) => ({ name, digest: this.#put(text) })),
      namespace: draft.namespace ?? 'default',
      ...(draft.drift && { drift: draft.drift }),
    }
  }

  async #pack(name: string, tree: PackTree): Promise<NonNullable<DesiredLayer['pack']>> {
    const paths = Object.keys(tree)
    const charts = [...new Set(paths.flatMap((path) => /^charts\/[^/]+/.exec(path)?.[0] ?? []))]
    const manifest = {
      name,
      displayName: name,
      version: '1.0.0',
      layer: 'addon',
      cloudTypes: ['all'],
      charts: charts.map((folder) => `${folder}.tgz`),
      kubeManifests: paths.filter((path) => path.startsWith('manifests/')),
    }
    const files = { 'pack.json': JSON.stringify(manifest), 'values.yaml': '', ...tree }
    const digest = digestOf(JSON.stringify(files))
    const content = new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]))
    const packed = await packArchive(content)
    this.packs.set(digest, packed.pack)
    this.archives.set(digest, packed.archive)
    return { registry: this.registry, repository: `packs/${name}`, digest }
  }
}
