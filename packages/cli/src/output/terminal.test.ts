import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { paintState, tableOptions } from './terminal.ts'

beforeEach(() => void vi.stubEnv('FORCE_COLOR', undefined))
afterEach(() => void vi.unstubAllEnvs())

/** What a terminal of 80 columns looks like to a program; colours as `NO_COLOR` and its like say. */
const stream = (isTTY: boolean, depth = 8): NodeJS.WriteStream =>
  Object.assign(new PassThrough(), {
    isTTY,
    columns: 80,
    getColorDepth: () => depth,
    hasColors: () => depth > 1,
  }) as never

test('tables are as wide as the terminal, and whole elsewhere or when asked for', () => {
  expect(tableOptions(false, stream(true)).width).toBe(80)
  expect(tableOptions(true, stream(true)).width).toBeUndefined()
  expect(tableOptions(false, stream(false)).width).toBeUndefined()
})

test('states have colours on terminals only', () => {
  expect(paintState('Running', stream(true))).toBe('\u001B[32mRunning\u001B[39m')
  expect(paintState('anything', stream(true))).toBe('anything')
  expect(paintState('Running', stream(false))).toBe('Running')
  // As many as Node's own streams say under `NO_COLOR`.
  expect(paintState('Running', stream(true, 1))).toBe('Running')
})
