import { parseAllDocuments } from 'yaml'
import { listedImages } from '../format/listed-images.ts'
import { resolveMacros } from '../format/macros.ts'
import { readValues } from '../format/values.ts'
import { goYaml } from '../format/yaml-text.ts'
import { systemMacros } from '../lint/sample-scope.ts'
import { formatImage, parseImage } from './image-reference.ts'

/** Images of a pack, each once and whole (`docker.io/library/nginx:1.27`), sorted; and texts that should be images and are none. */
export interface FoundImages {
  images: string[]
  unreadable: string[]
}

const UNKNOWN = 'known-only-in-a-cluster'

/**
 * A values text to find images by, before anybody knows the cluster: placeholders are filled in so that it renders. An image that depends
 * on one is told as unreadable.
 */
export function valuesToLookAt(values: string): string {
  // Packs cut the minor version out.
  const standIn = ([area, ...path]: readonly string[]): string =>
    area === 'system' && path.join('.') === VERSION ? (systemMacros[VERSION] ?? UNKNOWN) : UNKNOWN
  return resolveMacros(values, { lookUp: (path) => ({ value: standIn(path) }) }).text
}

const VERSION = 'kubernetes.version'

/** Those that the pack itself lists, `pack.content.images`, in values that `valuesToLookAt` answered. */
export const imagesListedBy = (values: string): FoundImages => sortImages(listedImages(readValues(values)))

/** Those of rendered objects: the texts under `image` keys, wherever they stand. Custom resources may mean other things by it. */
export function imagesOfObjects(yaml: string): FoundImages {
  const found: string[] = []
  for (const document of parseAllDocuments(yaml, goYaml)) {
    if (document.errors.length === 0) collect(document.toJS({ maxAliasCount: 1000 }), found, 0)
  }
  const { images, unreadable } = sortImages(found)
  return { images, unreadable: unreadable.filter((text) => text.includes(UNKNOWN)) }
}

const MAX_DEPTH = 100

function collect(value: unknown, found: string[], depth: number): void {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'image' && typeof inner === 'string' && inner !== '') found.push(inner)
    else collect(inner, found, depth + 1)
  }
}

/** Each image once. */
export function sortImages(texts: readonly string[]): FoundImages {
  const images = new Set<string>()
  const unreadable = new Set<string>()
  for (const text of texts) {
    const image = parseImage(text)
    if (image === null || text.includes(UNKNOWN)) unreadable.add(text)
    else images.add(formatImage(image))
  }
  return { images: [...images].sort(), unreadable: [...unreadable].sort() }
}
