import type { Subject } from '../../auth/rights/subject.ts'
import { invalid } from '../invalid.ts'

/** Header in which a person says why a change is made. */
export const noteHeader = 'Atrium-Note'
export const noteMaxLength = 500

/** Control characters, invisible ones that turn text around, and the separators that break a line. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

/** The note as it is kept, or undefined when there is none. `field` names its place in the request. */
export function parseNote(sent: string | undefined, field: string): string | undefined {
  const note = sent?.trim()
  if (!note) return undefined
  if (note.length > noteMaxLength) throw invalid(field, `has ${note.length} characters; ${noteMaxLength} are allowed`)
  if (unprintable.test(note) || !note.isWellFormed()) throw invalid(field, 'holds a character that cannot be printed')
  return note
}

/** Headers arrive as bytes, one character each; people write UTF-8. */
export function noteOfHeader(value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  try {
    return parseNote(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1')), noteHeader)
  } catch (cause) {
    if (cause instanceof TypeError) throw invalid(noteHeader, 'is not UTF-8')
    throw cause
  }
}

/** The subject acting for this reason: what it changes keeps the note. */
export const withNote = (subject: Subject, note: string | undefined): Subject =>
  note === undefined ? subject : { ...subject, actor: { ...subject.actor, note } }
