import { expect, test } from 'vitest'
import { LayerGate } from './gate.ts'

test('an installation waits for running repairs and keeps new ones out', async () => {
  const gate = new LayerGate()
  const log: string[] = []
  const repair = Promise.withResolvers<void>()
  const first = gate.shared('a', async () => {
    await repair.promise
    log.push('repair')
  })
  const install = gate.exclusive('a', async () => {
    log.push('install')
  })
  expect(await gate.shared('a', async () => 'late')).toBeNull()
  expect(await gate.shared('b', async () => 'other layer')).toBe('other layer')
  repair.resolve()
  await Promise.all([first, install])
  expect(log).toEqual(['repair', 'install'])
  expect(await gate.shared('a', async () => 'again')).toBe('again')
})

test('installations of one layer run one after another, also after a failure', async () => {
  const gate = new LayerGate()
  const log: string[] = []
  const failing = gate.exclusive('a', async () => {
    log.push('first')
    throw new Error('no')
  })
  const second = gate.exclusive('a', async () => {
    log.push('second')
    return 2
  })
  await expect(failing).rejects.toThrow('no')
  expect(await second).toBe(2)
  expect(log).toEqual(['first', 'second'])
})
