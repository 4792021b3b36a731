import { packRepository, tagOf } from '../sources/oci/pack-registry.ts'
import { type ImageReference, parseImage } from './image-reference.ts'

/** Where mirrored content lies below a base path. Packs lie where `packRepository` says. */
const below = (base: string, path: string): string => (base === '' ? path : `${base}/${path}`)

/** `<base>/images/<host>/<repository>`: a container runtime finds it as a mirror of the host. A port is no part of a path. */
export const imageRepository = (base: string, { host, repository }: ImageReference): string =>
  below(base, `images/${host.replace(':', '-')}/${repository}`)

export const chartRepository = (base: string, name: string): string => below(base, `charts/${name.toLowerCase()}`)

/** Name and version of a pack, or of a chart. */
export interface Versioned {
  name: string
  version: string
}

/** What a name in a bundle stands for; null: nothing of ours. */
export type Mirrored =
  | ({ kind: 'pack' | 'chart' } & Versioned)
  /** `image` as a container runtime names it; without a port, which was no part of the path. */
  | { kind: 'image'; image: string }

/** Reads a repository with an empty base path. */
export function mirroredAt(repository: string, reference: string): Mirrored | null {
  const packs = packRepository('', '').replace(/\/?$/, '/')
  if (repository.startsWith(packs)) return { kind: 'pack', name: repository.slice(packs.length), version: reference }
  const [, kind, rest = ''] = /^(charts|images)\/(.+)$/.exec(repository) ?? []
  if (kind === 'charts') return { kind: 'chart', name: rest, version: reference }
  if (kind !== 'images') return null
  const image = `${rest}${reference.startsWith('sha256:') ? '@' : ':'}${reference}`
  return parseImage(image) === null ? null : { kind: 'image', image }
}

/** Under which names an image is kept: by its tag, and by its digest where the reference pins it. */
export const referencesOf = ({ tag, digest }: ImageReference): string[] => [tag, digest].filter((one) => one !== '')

/** Tag of a pack or chart. */
export const versionTag = tagOf
