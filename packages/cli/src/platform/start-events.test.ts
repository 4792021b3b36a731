import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventReader } from './start-events.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atrium-events-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('each event is read once, when its line is whole', () => {
  const file = join(folder, 'progress.jsonl')
  const read = eventReader(file)
  const messages = (): string[] => read().map(({ message }) => message)
  expect(messages()).toEqual([])
  const line = (message: string): string => `${JSON.stringify({ step: 'tools', message })}\n`
  appendFileSync(file, line('één') + line('two') + line('three').slice(0, 20))
  expect(messages()).toEqual(['één', 'two'])
  expect(messages()).toEqual([])
  appendFileSync(file, line('three').slice(20))
  expect(messages()).toEqual(['three'])
})
