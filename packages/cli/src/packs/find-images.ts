import { type LayerPlan, planLayer } from '@atrium/pack/format/layer.ts'
import type { PackFiles } from '@atrium/pack/format/pack-files.ts'
import { writeArchive } from '@atrium/pack/sources/write-archive.ts'
import {
  type FoundImages,
  imagesOfObjects,
  listedImages,
  sortImages,
  valuesToLookAt,
} from '@atrium/pack/transfer/pack-images.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Helm } from './helm.ts'

/** Images a pack needs: those it lists and those its charts and manifests name with the pack's own values. `problems`: what could not be looked at. */
export async function findPackImages(pack: PackFiles, helm: Helm): Promise<FoundImages & { problems: string[] }> {
  const values = valuesToLookAt(pack.values)
  const listed = listedImages(values)
  const found = [...listed.images]
  const unreadable = [...listed.unreadable]
  const problems: string[] = []
  for (const render of parts(planLayer(pack, values, pack.manifest.name), helm)) {
    try {
      const inObjects = imagesOfObjects(await render.objects())
      found.push(...inObjects.images)
      unreadable.push(...inObjects.unreadable)
    } catch (error) {
      problems.push(`${render.what} does not render: ${messageOf(error)}`)
    }
  }
  const { images } = sortImages(found)
  return { images, unreadable: [...new Set(unreadable)], problems }
}

interface Part {
  what: string
  objects(): Promise<string>
}

function parts({ charts, manifests, namespace }: LayerPlan, helm: Helm): Part[] {
  return [
    ...charts.map(({ name, archive, releaseName: release, valuesText: values }) => ({
      what: `chart ${name}`,
      objects: () => helm.render({ archive, release, namespace, values }),
    })),
    ...manifests.map(({ path, content, templated, releaseName: release, valuesText: values }) => ({
      what: path,
      objects: () =>
        templated ? helm.render({ archive: chartOf(content), release, namespace, values }) : Promise.resolve(content),
    })),
  ]
}

/** A manifest that is a template is rendered as a chart of its own. */
const chartOf = (template: string): Buffer =>
  writeArchive(
    new Map([
      ['manifest/Chart.yaml', Buffer.from('{apiVersion: v2, name: manifest, version: 1.0.0}')],
      ['manifest/templates/manifest.yaml', Buffer.from(template)],
    ]),
  )
