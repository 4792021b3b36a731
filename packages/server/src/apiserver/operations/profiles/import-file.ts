import { withinStack } from '@atrium/pack/format/yaml-text.ts'
import { AtriumError, messageOf } from '@atrium/runtime/base/errors.ts'
import { parse } from 'yaml'
import { readDocument } from '../../http/body-parser.ts'

/** As much YAML as a layer's values may be: reading it keeps a processor busy. JSON is bounded by the body. */
const YAML_CHARS_MAX = 1024 * 1024
/** Of a key that comes twice the last one counts, as in JSON: to compare each key with all before it would take a minute of a long text. */
const READING = { maxAliasCount: 100, logLevel: 'error', uniqueKeys: false } as const

/** The file of a form, part `importFile`, as data: JSON or YAML, whatever it is. Throws `InvalidRequest`. */
export async function readImportFile(body: unknown, contentType: string | undefined): Promise<unknown> {
  const text = await importedText(body, contentType ?? '')
  const json = text.trimStart().startsWith('{') ? text : yamlAsJson(text)
  return readDocument(json, (document) => readable('no JSON', () => JSON.parse(document)))
}

async function importedText(body: unknown, contentType: string): Promise<string> {
  if (!(body instanceof Uint8Array)) throw unreadable('the request has no body')
  const answer = new Response(Buffer.from(body), { headers: { 'content-type': contentType } })
  const form = await answer.formData().catch((error: unknown) => {
    if (error instanceof TypeError) throw unreadable(`the body is no form: ${messageOf(error)}`)
    throw error
  })
  const part = form.get('importFile')
  if (part === null) throw unreadable('the form has no part of this name')
  return typeof part === 'string' ? part : part.text()
}

function yamlAsJson(text: string): string {
  if (text.length > YAML_CHARS_MAX)
    throw unreadable(`holds ${text.length} letters of YAML; ${YAML_CHARS_MAX} are allowed. Give it as JSON`)
  return readable('no YAML', () => withinStack('it', () => JSON.stringify(parse(text, READING) ?? null)))
}

/** The libraries throw errors of several kinds, of wrong texts only. */
function readable<T>(kind: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw unreadable(`${kind}: ${messageOf(error)}`)
  }
}

const unreadable = (why: string): AtriumError =>
  new AtriumError('InvalidRequest', `importFile: ${why}.`, { details: { field: 'importFile' } })
