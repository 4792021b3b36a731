import { existsSync } from 'node:fs'
import { BundleReader, BundleWriter } from '@atrium/pack/transfer/bundle.ts'
import type { Content, WritableContent } from '@atrium/pack/transfer/content.ts'
import type { ImageReference } from '@atrium/pack/transfer/image-reference.ts'
import { imageRepository, mirroredAt } from '@atrium/pack/transfer/layout.ts'
import { type FileLock, tryLock } from '@atrium/toolchain/lock.ts'
import { listPacks, locatePack } from './listing.ts'
import { readPackReference } from './reference.ts'
import type { Reach, Registry } from './registry.ts'

/** What lies in a repository under a tag or digest. */
export interface Item {
  repository: string
  reference: string
}

/** Where a mirror reads from. */
export interface Source extends AsyncDisposable {
  content: Content
  base: string
  /** Where a pack lies, as a person named it. */
  locate(pack: string): Promise<Item>
  /** Everything, for a bundle; all packs, for a registry. */
  all(): Promise<Item[]>
  /** A bundle has everything or nothing; whoever reads a registry gets images elsewhere too. */
  isAlone: boolean
}

/** Where a mirror writes to. */
export interface Target extends AsyncDisposable {
  content: WritableContent
  base: string
  /** When everything is there. */
  finish(): Promise<void>
}

const isBundle = (address: string): boolean => address.endsWith('.tar')

export const openSource = async (address: string, reach: Reach): Promise<Source> =>
  isBundle(address) ? bundleSource(await BundleReader.open(address)) : registrySource(reach.open(address))

function registrySource(registry: Registry): Source {
  const { content, base } = registry
  return {
    ...{ content, base, isAlone: false },
    locate: (pack) => locatePack(registry, readPackReference(pack)),
    async all() {
      const packs = await listPacks(registry)
      const items = packs.map(async ({ name, versions }) => {
        const { repository } = await locatePack(registry, { name, reference: versions[0] ?? '' })
        return versions.map((reference) => ({ repository, reference }))
      })
      return (await Promise.all(items)).flat()
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

function bundleSource(reader: BundleReader): Source {
  const items = reader.names.filter(({ repository, reference }) => mirroredAt(repository, reference) !== null)
  return {
    ...{ content: reader, base: '', isAlone: true },
    async locate(wanted) {
      const { name, reference } = readPackReference(wanted)
      const found = items.find(({ repository, ...item }) => {
        const what = mirroredAt(repository, item.reference)
        const isNamed = what?.kind === 'pack' && what.name === name.toLowerCase()
        return isNamed && (reference === null || [item.reference, item.digest].includes(reference))
      })
      if (found === undefined) throw new Error(`The bundle holds no pack ${wanted}.`)
      return found
    },
    all: () => Promise.resolve(items),
    [Symbol.asyncDispose]: () => reader.close(),
  }
}

export async function openTarget(address: string, reach: Reach): Promise<Target> {
  if (!isBundle(address)) {
    const { content, base } = reach.open(address)
    return { content, base, finish: () => Promise.resolve(), [Symbol.asyncDispose]: () => Promise.resolve() }
  }
  if (existsSync(address)) throw new Error(`${address} is there already. Remove it, or choose another name.`)
  const lock = tryLock(`${address}.lock`)
  if (lock === null) throw new Error(`${address} is being written by another command.`)
  return bundleTarget(await BundleWriter.open(address), lock)
}

const bundleTarget = (writer: BundleWriter, lock: FileLock): Target => ({
  ...{ content: writer, base: '' },
  finish: () =>
    writer.finish(({ repository, reference }) => {
      const what = mirroredAt(repository, reference)
      return what?.kind === 'image' ? { image: what.image } : {}
    }),
  async [Symbol.asyncDispose]() {
    await writer.close()
    lock.release()
  },
})

/** Where images come from when the source of a mirror lacks them: their own hosts, or what `--map` puts in their place. */
export interface Origins {
  place(image: ImageReference): { content: Content; repository: string }
}

export function openOrigins(maps: readonly string[], reach: Reach): Origins {
  const hosts = new Map(maps.map(readMap))
  const opened = new Map<string, Registry>()
  return {
    place({ host, repository }) {
      const address = hosts.get(host) ?? (host === 'docker.io' ? 'registry-1.docker.io' : host)
      const registry = opened.get(address) ?? reach.open(address)
      opened.set(address, registry)
      return {
        content: registry.content,
        repository: registry.base === '' ? repository : `${registry.base}/${repository}`,
      }
    },
  }
}

function readMap(text: string): [string, string] {
  const [host = '', ...rest] = text.split('=')
  if (host === '' || rest.join('=') === '')
    throw new Error(`--map: '${text}' must look like docker.io=registry.example.com`)
  return [host, rest.join('=')]
}

/** Where an image lies in the source of a mirror, or at its origin; null: nowhere. */
export async function findImage(image: ImageReference, source: Source, origins: Origins) {
  const reference = image.digest || image.tag
  const places = [
    { content: source.content, repository: imageRepository(source.base, image) },
    ...(source.isAlone ? [] : [origins.place(image)]),
  ]
  for (const place of places) {
    const manifest = await place.content.manifest(place.repository, reference)
    if (manifest !== null) return { place, manifest }
  }
  return null
}
