import { Hidden, type SpecChange } from './difference.ts'

const named = 3
const valueLength = 40
/** What follows from other changes and tells a person nothing. */
const isIdentifier = ({ path }: SpecChange): boolean => /(^|\.)(\w*[uU]id|digest)$/.test(path)

/** What changed, in a line. Pure. */
export function summaryOf(changes: readonly SpecChange[]): string {
  const telling = [...changes.filter((one) => !isIdentifier(one)), ...changes.filter(isIdentifier)]
  const told = telling.slice(0, named).map(phraseOf).join('; ')
  const more = telling.length - named
  return more > 0 ? `${told}; and ${more} more` : told || 'nothing that is shown'
}

function phraseOf({ path, change, old, new: fresh }: SpecChange): string {
  if (change !== 'changed') return `${path} ${change}`
  const [before, after] = [shortOf(old), shortOf(fresh)]
  return before === null || after === null ? `${path} changed` : `${path}: ${before} → ${after}`
}

/** A value that finds room in a line, else null. */
function shortOf(value: unknown): string | null {
  if (value instanceof Hidden || typeof value === 'object') return null
  const text = String(value)
  if (text === '') return '""'
  return text.length > valueLength || text.includes('\n') ? null : text
}
