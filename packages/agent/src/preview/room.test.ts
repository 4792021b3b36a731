import { previewLimits } from '@atrium/api/link/preview.ts'
import { expect, test } from 'vitest'
import { changeOf } from './object-change.ts'
import { Room } from './room.ts'

const change = (lines: string[]) =>
  changeOf({ object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' } } }, 'changed', '', { lines })

test('what finds no room is counted: bytes of one difference, of all, and objects', () => {
  const room = new Room()
  const line = 'x'.repeat(1023)
  const [cut] = room.fit([change(Array.from({ length: 20 }, () => line))]).objects
  expect([cut?.lines.length, cut?.cutBytes]).toEqual([16, 4 * 1024])
  const many = Array.from({ length: previewLimits.objects }, () => change([line]))
  const { objects, more } = room.fit(many)
  expect([objects.length, more]).toEqual([previewLimits.objects - 1, 1])
  const shown = objects.reduce((sum, { lines }) => sum + lines.length, 0)
  expect(shown).toBe(previewLimits.differencesBytes / 1024 - 16)
  expect(objects.at(-1)).toMatchObject({ lines: [], cutBytes: 1024 })
})

test('more objects than a preview may compare end it', () => {
  const room = new Room()
  for (let count = 0; count < previewLimits.compared; count += 1) room.compare()
  expect(() => room.compare()).toThrow('at most 3000 objects')
})
