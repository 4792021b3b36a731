import { formatImage, type ImageReference, parseImage } from '../../transfer/image-reference.ts'
import { type LintedPack, placeInValues } from '../linted-pack.ts'
import { type Placed, placedAt } from '../placed.ts'

const FILE = 'values.yaml'
const PATH = ['pack', 'content', 'images']

/** The list of images itself. */
export function lintImageList(pack: LintedPack): void {
  for (const [index, entry] of listOf(pack).entries()) {
    const path = [...PATH, String(index)].join('.')
    const place = pack.values?.placed.placeAt(entry.offset) ?? null
    const image = imageOf(entry)
    const reference = parseImage(image ?? '')
    if (image === null) {
      const message = "has no text below the key 'image': write - image: <registry>/<name>:<tag>"
      pack.add('image-invalid', FILE, place, path, message)
    } else if (reference === null) {
      pack.add('image-invalid', FILE, place, path, `'${image}' is no name of an image: write <registry>/<name>:<tag>`)
    } else if (reference.digest === '' && reference.tag === 'latest') {
      pack.add('image-floating', FILE, place, path, `'${image}' changes without notice: name a version or a digest`)
    }
  }
}

const listOf = (pack: LintedPack): Placed[] => placedAt(pack.values?.placed.root ?? null, PATH)?.items ?? []

const imageOf = (entry: Placed): string | null => {
  const image = placedAt(entry, ['image'])?.scalar
  return typeof image === 'string' && image.trim() !== '' ? image.trim() : null
}

/** Images that run and are not on the list. */
export function lintImagesThatRun(pack: LintedPack, running: readonly string[]): void {
  if (pack.values === null) return
  const images = [...new Set(running)].sort()
  const place = placeInValues(pack, PATH)
  const list = listOf(pack)
  if (list.length === 0 && images.length > 0) {
    const some = `${images.slice(0, 3).join(', ')}${images.length > 3 ? ', …' : ''}`
    const message = `is empty, and ${images.length} images run (${some}): list them all, each as '- image: …'`
    pack.add('images-missing', FILE, place, PATH.join('.'), message)
    return
  }
  const listed = list.flatMap((entry) => parseImage(imageOf(entry) ?? '') ?? [])
  for (const image of images) {
    const reference = parseImage(image)
    if (reference !== null && listed.some((one) => isSameImage(one, reference))) continue
    const other = listed.find(({ host, repository }) => host === reference?.host && repository === reference.repository)
    const instead = other ? `; the list has ${formatImage(other)} instead` : ''
    pack.add('images-unlisted', FILE, place, PATH.join('.'), `does not list ${image}, which runs${instead}: add it`)
  }
}

/** Both name the same content, as far as names tell. */
function isSameImage(a: ImageReference, b: ImageReference): boolean {
  if (a.host !== b.host || a.repository !== b.repository) return false
  if (a.digest !== '' && b.digest !== '') return a.digest === b.digest
  return a.tag === b.tag
}
