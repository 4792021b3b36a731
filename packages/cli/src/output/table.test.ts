import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatTable } from './table.ts'

const rows = [
  ['demo', 'Running', 'a message that is rather long', '0123456789abcdef01234567'],
  ['other', 'Failed', 'short', '76543210fedcba9876543210'],
]
const header = ['NAME', 'STATE', 'MESSAGE', 'UID']

test('without a terminal every cell is whole', () => {
  expect(formatTable(header, rows)).toBe(
    [
      'NAME   STATE    MESSAGE                        UID',
      'demo   Running  a message that is rather long  0123456789abcdef01234567',
      'other  Failed   short                          76543210fedcba9876543210',
    ].join('\n'),
  )
})

test('in a narrow terminal the last columns give way first, and the first stays', () => {
  expect(formatTable(header, rows, { width: 60 }).split('\n')[1]).toBe(
    'demo   Running  a message that is rather long  0123456789ab…',
  )
  expect(formatTable(header, rows, { width: 40 }).split('\n')[1]).toBe('demo   Running  a message tha…  0123456…')
  expect(formatTable(header, rows, { width: 14 }).split('\n')).toEqual([
    'NAME   STATE',
    'demo   Running',
    'other  Failed',
  ])
  expect(formatTable(header, rows, { width: 3 }).split('\n')).toEqual(['NA…', 'de…', 'ot…'])
})

test('colours take no room', () => {
  const paint = (text: string): string => (text === 'Failed' ? `\u001B[31m${text}\u001B[39m` : text)
  const plain = formatTable(header, rows, { width: 40 })
  expect(formatTable(header, rows, { width: 40, paint })).toBe(plain.replace('Failed', paint('Failed')))
})

test('no line is ever longer than the terminal', () => {
  const cell = fc.string({ unit: 'grapheme-ascii', maxLength: 40 })
  const columns = fc.integer({ min: 1, max: 5 })
  const table = columns.chain((count) =>
    fc.record({
      title: fc.array(cell, { minLength: count, maxLength: count }),
      body: fc.array(fc.array(cell, { minLength: count, maxLength: count }), { maxLength: 4 }),
      width: fc.integer({ min: 1, max: 120 }),
    }),
  )
  fc.assert(
    fc.property(table, ({ title, body, width }) => {
      for (const line of formatTable(title, body, { width }).split('\n')) expect(line.length).toBeLessThanOrEqual(width)
    }),
  )
})
