import type { PackFiles } from '@atrium/pack/format/pack-files.ts'
import { packLimits } from '@atrium/pack/sources/limits.ts'
import { readPackArchive } from '@atrium/pack/sources/load.ts'
import { packRepository } from '@atrium/pack/sources/oci/pack-registry.ts'
import { namedBy, type RawManifest } from '@atrium/pack/transfer/content.ts'
import { type Copied, copyManifest, type Place } from '@atrium/pack/transfer/copy.ts'
import { parseImage } from '@atrium/pack/transfer/image-reference.ts'
import { chartRepository, imageRepository, mirroredAt, referencesOf, versionTag } from '@atrium/pack/transfer/layout.ts'
import { chartArtifact } from '@atrium/pack/transfer/memory-content.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { formatBytes } from '@atrium/toolchain/progress.ts'
import { findPackImages } from './find-images.ts'
import type { Helm } from './helm.ts'
import { findImage, type Item, type Origins, type Source, type Target } from './places.ts'
import type { Progress } from './progress.ts'
import { refuseOther } from './refuse-other.ts'

export interface MirrorOptions {
  source: Source
  target: Target
  origins: Origins
  /** Null: no images. */
  helm: Helm | null
  /** A version that the target holds with other content is overwritten. */
  replace: boolean
  /** An image that is nowhere is told, and no failure. */
  allowMissing: boolean
  progress: Progress
  signal: AbortSignal
  /** A line for each thing that is there now. */
  done(line: string): void
}

/** Copies packs, charts and images. What fails holds nothing else up: all of it is in `failures`, and making the same mirror again goes on. */
export class Mirror {
  readonly failures: string[] = []
  readonly #options: MirrorOptions
  readonly #images = new Set<string>()

  constructor(options: MirrorOptions) {
    this.#options = options
  }

  async packs(items: readonly Item[]): Promise<void> {
    for (const item of items) await this.#attempt(`${item.repository}:${item.reference}`, () => this.#pack(item))
  }

  /** Everything of a bundle, as it is. */
  async everything(items: readonly Item[]): Promise<void> {
    const { target, source } = this.#options
    for (const { repository, reference } of items) {
      await this.#attempt(`${repository}:${reference}`, async () => {
        const what = mirroredAt(repository, reference)
        const manifest = await source.content.manifest(repository, reference)
        if (manifest === null || what === null) throw new Error('the bundle lacks it')
        const place = target.base === '' ? repository : `${target.base}/${repository}`
        const name = what.kind === 'image' ? what.image : `${what.name}:${what.version}`
        if (what.kind !== 'image') await this.#refuseOther(place, reference, manifest, `${what.kind} ${name}`)
        await this.#copy(`${what.kind}/${name}`, manifest, { content: source.content, repository }, place, [reference])
      })
    }
  }

  async chart(chart: { name: string; version: string; archive: Buffer }, images: readonly string[]): Promise<void> {
    await this.#attempt(`chart ${chart.name}`, async () => {
      const { manifest, content } = chartArtifact(chart)
      const repository = chartRepository(this.#options.target.base, chart.name)
      const tag = versionTag(chart.version)
      await this.#refuseOther(repository, tag, manifest, `chart ${chart.name}:${chart.version}`)
      await this.#copy(`chart/${chart.name}:${chart.version}`, manifest, { content, repository }, repository, [tag])
      this.need(images)
    })
  }

  /** Images that something else needs. */
  need(images: readonly string[]): void {
    for (const image of images) this.#images.add(image)
  }

  /** Those that packs and charts need. */
  async images(): Promise<void> {
    for (const text of [...this.#images].sort()) await this.#attempt(`image ${text}`, () => this.#image(text))
  }

  async #pack({ repository, reference }: Item): Promise<void> {
    const { source, target, helm } = this.#options
    const manifest = await source.content.manifest(repository, reference)
    if (manifest === null) throw new Error('the source lacks it')
    const from = { content: source.content, repository }
    const pack = await readPack(manifest, from)
    const { name, version } = pack.manifest
    const place = packRepository(target.base, name)
    // A floating tag stays one; a digest gets the name its pack gives it.
    const tag = reference.startsWith('sha256:') ? versionTag(version) : reference
    await this.#refuseOther(place, tag, manifest, `pack ${name}:${tag}`)
    if (helm !== null) await this.#findImages(pack, helm)
    await this.#copy(`pack/${name}:${tag}`, manifest, from, place, [tag])
  }

  async #findImages(pack: PackFiles, helm: Helm): Promise<void> {
    const { progress } = this.#options
    const { images, unreadable, problems } = await findPackImages(pack, helm.rendererFor(false))
    const name = `pack ${pack.manifest.name}:${pack.manifest.version}`
    for (const problem of problems) progress.say(`${name}: ${problem}. Only images that it lists are copied.`)
    for (const text of unreadable) progress.say(`${name}: '${text}' names no image that can be known now.`)
    this.need(images)
  }

  async #image(text: string): Promise<void> {
    const { source, target, origins, allowMissing, progress } = this.#options
    const image = parseImage(text)
    if (image === null) throw new Error('it is no image')
    const found = await findImage(image, source, origins)
    if (found === null && allowMissing) return progress.say(`image ${text} is nowhere: left out.`)
    if (found === null) throw new Error('it is nowhere. Leave out what is missing: --allow-missing')
    await this.#copy(
      `image/${text}`,
      found.manifest,
      found.place,
      imageRepository(target.base, image),
      referencesOf(image),
    )
  }

  async #refuseOther(repository: string, reference: string, manifest: RawManifest, what: string): Promise<void> {
    const { target, replace } = this.#options
    if (replace) return
    const present = await target.content.manifest(repository, reference)
    if (present !== null && present.digest !== manifest.digest) refuseOther(what, present.digest, manifest.digest)
  }

  async #copy(
    what: string,
    manifest: RawManifest,
    from: Place,
    repository: string,
    references: string[],
  ): Promise<void> {
    const { target, progress, signal, done } = this.#options
    progress.begin(what)
    const onBytes = (count: number): void => progress.bytes(count)
    const to = { content: target.content, repository }
    done(lineOf(what, await copyManifest(manifest, from, to, references, { onBytes, signal })))
  }

  async #attempt(what: string, work: () => Promise<void>): Promise<void> {
    const { signal, progress } = this.#options
    signal.throwIfAborted()
    try {
      await work()
    } catch (error) {
      signal.throwIfAborted()
      const failure = `${what}: ${messageOf(error)}`
      progress.say(failure)
      this.failures.push(failure)
    }
  }
}

const lineOf = (what: string, { digest, bytes, isNew }: Copied): string =>
  isNew ? `${what} copied ${digest}${bytes > 0 ? ` (${formatBytes(bytes)})` : ''}` : `${what} unchanged ${digest}`

async function readPack(manifest: RawManifest, { content, repository }: Place): Promise<PackFiles> {
  const layer = namedBy(manifest).blobs.at(-1)
  if (layer === undefined || layer.size > packLimits.archiveBytes) throw new Error('it is no pack')
  const archive = Buffer.concat(await (await content.openBlob(repository, layer)).toArray())
  return readPackArchive(archive, repository)
}
