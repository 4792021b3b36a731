import { isKubeObject, isRecord, type KubeObject } from '@atrium/kube/object.ts'
import { goYaml } from '@atrium/pack/format/yaml-text.ts'
import { parseAllDocuments } from 'yaml'

const TEXT_CHARS = 32 * 1024 * 1024
const OBJECTS = 5_000
const ALIASES = 1_000

/** A manifest text that cannot be used; the message names the file and document. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError'
}

/** Every object of a YAML (or JSON) text, read as helm and kubectl read it; lists are opened, empty documents skipped. */
export function readObjects(text: string, file: string): KubeObject[] {
  if (text.length > TEXT_CHARS) throw new ManifestError(`${file}: larger than ${TEXT_CHARS} characters`)
  const documents = parseAllDocuments(text, { ...goYaml, logLevel: 'error' })
  const objects = (Array.isArray(documents) ? documents : []).flatMap((document, index) => {
    const [error] = document.errors
    if (error) throw new ManifestError(`${file}: document ${index + 1}: ${error.message.split('\n')[0]}`)
    return opened(document.toJS({ maxAliasCount: ALIASES }), `${file}: document ${index + 1}`)
  })
  if (objects.length > OBJECTS) throw new ManifestError(`${file}: more than ${OBJECTS} objects`)
  return objects
}

function opened(value: unknown, place: string): KubeObject[] {
  if (value === null || value === undefined) return []
  if (isRecord(value) && typeof value.kind === 'string' && value.kind.endsWith('List') && Array.isArray(value.items))
    return value.items.flatMap((item) => opened(item, place))
  if (!isKubeObject(value)) throw new ManifestError(`${place}: needs apiVersion, kind and metadata.name`)
  return [value]
}
