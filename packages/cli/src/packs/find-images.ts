import { planLayer } from '@atrium/pack/format/layer.ts'
import type { PackFiles } from '@atrium/pack/format/pack-files.ts'
import { type Renderer, renderPlan } from '@atrium/pack/render/renderer.ts'
import {
  type FoundImages,
  imagesListedBy,
  imagesOfObjects,
  sortImages,
  valuesToLookAt,
} from '@atrium/pack/transfer/pack-images.ts'

/** Images a pack needs: those it lists and those its charts and manifests name with the pack's own values. `problems`: what could not be looked at. */
export async function findPackImages(
  pack: PackFiles,
  renderer: Renderer,
): Promise<FoundImages & { problems: string[] }> {
  const values = valuesToLookAt(pack.values)
  const listed = imagesListedBy(values)
  const found = [...listed.images]
  const unreadable = [...listed.unreadable]
  const problems: string[] = []
  const plan = planLayer(pack, values, pack.manifest.name)
  const paths = pack.charts.map(({ path }) => path)
  for (const { path, outcome } of await renderPlan(plan, paths, renderer)) {
    if ('refused' in outcome) {
      problems.push(`${path} does not render: ${outcome.refused}`)
      continue
    }
    const inObjects = imagesOfObjects(outcome.text)
    found.push(...inObjects.images)
    unreadable.push(...inObjects.unreadable)
  }
  const { images } = sortImages(found)
  return { images, unreadable: [...new Set(unreadable)], problems }
}
