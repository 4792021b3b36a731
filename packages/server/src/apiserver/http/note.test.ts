import { expect, test } from 'vitest'
import { noteMaxLength, noteOfHeader, parseNote } from './note.ts'

const asHeader = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

test.each([
  [undefined, undefined],
  ['', undefined],
  ['   ', undefined],
  [' raise memory ', 'raise memory'],
  ['größer – für Ådne ✓', 'größer – für Ådne ✓'],
  ['x'.repeat(noteMaxLength), 'x'.repeat(noteMaxLength)],
])('the header %j is the note %j', (sent, note) => {
  expect(noteOfHeader(sent === undefined ? undefined : asHeader(sent))).toBe(note)
})

test.each([
  ['a\nb', 'cannot be printed'],
  ['a\u202eb', 'cannot be printed'],
  ['a\u2028b', 'cannot be printed'],
  ['a\ud800b', 'cannot be printed'],
  ['x'.repeat(noteMaxLength + 1), '500 are allowed'],
])('the note %j is refused, naming its place', (sent, why) => {
  expect(() => parseNote(sent, 'note')).toThrow(expect.objectContaining({ message: expect.stringContaining(why) }))
  expect(() => parseNote(sent, 'note')).toThrow(/^note: /)
})

test('bytes that are no UTF-8 are refused', () => {
  expect(() => noteOfHeader('\xff\xfe')).toThrow('Atrium-Note: is not UTF-8.')
})
