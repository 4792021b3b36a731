import {
  imagesOf,
  isChartTest,
  isNotable,
  type KubeObject,
  readObjects,
  splitDocuments,
} from '../../render/kube-documents.ts'
import type { RenderedPart } from '../../render/renderer.ts'
import { type LintedPack, startOfLine } from '../linted-pack.ts'
import { placedAt, textOf } from '../placed.ts'
import { lintImagesThatRun } from './images.ts'
import { privilegesOf } from './privileges.ts'

/** What the pack's objects ask for, and which images they run. `isThorough`: documents that ask for nothing are read as well. */
export function lintObjects(pack: LintedPack, parts: readonly RenderedPart[], isThorough: boolean): void {
  const running: string[] = []
  for (const part of parts) {
    if ('refused' in part.outcome) addRefusal(pack, part.path, part.outcome.refused)
    else running.push(...lintText(pack, part, part.outcome.text, isThorough))
  }
  lintImagesThatRun(pack, running)
}

/** A check that the chart's author wrote (`fail`, `required`, a schema of values) is no mistake of a template. */
const OWN_CHECK = /execution error at|values don't meet the specifications of the schema/

function addRefusal(pack: LintedPack, path: string, refused: string): void {
  const code = OWN_CHECK.test(refused) ? 'template-refused' : 'template-error'
  pack.add(
    code,
    path,
    null,
    '',
    `${refused}${code === 'template-refused' ? ': give values that it takes, or say in README.md which ones it needs' : ''}`,
  )
}

/** Answers the images that run. */
function lintText(pack: LintedPack, { path, templated }: RenderedPart, text: string, isThorough: boolean): string[] {
  const running: string[] = []
  for (const document of splitDocuments(text).filter((one) => isThorough || isNotable(one))) {
    const { objects, problems } = readObjects(document, path)
    for (const { line, message } of problems) {
      pack.add(
        'manifest-invalid',
        path,
        templated ? null : startOfLine(text, line),
        document.source,
        `${message}${templated ? ' (rendered)' : ''}`,
      )
    }
    for (const object of objects) {
      if (isChartTest(object)) continue
      const place = (offset: number) => (templated ? null : placeIn(object, offset))
      const label = [path.startsWith('charts/') ? document.source : '', object.label]
        .filter((word) => word !== '')
        .join(' ')
      if (!isObject(object))
        pack.add(
          'manifest-invalid',
          path,
          place(object.placed.root?.offset ?? 0),
          document.source,
          'holds what is no object: apiVersion, kind and metadata.name are needed',
        )
      for (const { code, offset, message } of privilegesOf(object)) pack.add(code, path, place(offset), label, message)
      running.push(...imagesOf(object))
    }
  }
  return running
}

const isObject = ({ kind, placed }: KubeObject): boolean =>
  kind !== '' && textOf(placedAt(placed.root, ['apiVersion'])) !== '' && placedAt(placed.root, ['metadata']) !== null

function placeIn({ document, placed }: KubeObject, offset: number) {
  const { line, column } = placed.placeAt(offset)
  return { line: document.line + line - 1, column }
}
