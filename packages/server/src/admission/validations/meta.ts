import { AtriumError } from '@atrium/runtime/base/errors.ts'

interface MetaInput {
  name?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  spec?: unknown
}

const nameLength = 253
const entryCount = 200
const entryLength = 316
const annotationBytes = 64 * 1024
const specBytes = 8 * 1024 * 1024

const invalid = (field: string, message: string): AtriumError =>
  new AtriumError('InvalidRequest', `${field}: ${message}`, { details: { field } })

function checkName(name: string): void {
  if (name.trim() === '') throw invalid('metadata.name', 'is empty. Give a name.')
  if (name.length > nameLength) throw invalid('metadata.name', `is longer than ${nameLength} characters.`)
  if (/\p{Cc}/u.test(name)) throw invalid('metadata.name', 'holds a control character.')
}

function checkLabels(labels: Record<string, string>): void {
  const entries = Object.entries(labels)
  if (entries.length > entryCount) throw invalid('metadata.labels', `has more than ${entryCount} entries.`)
  for (const [key, value] of entries) {
    if (key === '') throw invalid('metadata.labels', 'has an entry without a key.')
    if (key.length > entryLength || value.length > entryLength) {
      throw invalid(`metadata.labels.${key.slice(0, 60)}`, `is longer than ${entryLength} characters.`)
    }
  }
}

/** Bounds every object obeys, of whatever kind. */
export function checkMeta({ name, labels, annotations, spec }: MetaInput): void {
  if (name !== undefined) checkName(name)
  if (labels) checkLabels(labels)
  if (annotations && Buffer.byteLength(JSON.stringify(annotations)) > annotationBytes) {
    throw invalid('metadata.annotations', `are larger than ${annotationBytes / 1024} KiB.`)
  }
  if (spec !== undefined && Buffer.byteLength(JSON.stringify(spec)) > specBytes) {
    throw invalid('spec', `is larger than ${specBytes / 1024 / 1024} MiB.`)
  }
}
