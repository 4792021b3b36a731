import { expect, test } from 'vitest'
import type { Revision } from '../layers/releases.ts'
import { judgeRelease } from './release-guard.ts'

const NOW = Date.parse('2026-01-01T01:00:00Z')
const at = (revision: number, status: string, createdAt = '2026-01-01T00:00:00Z'): Revision => ({
  revision,
  status,
  createdAt,
  ours: true,
})
const repairs: [string, Revision[], string | undefined][] = [
  ['deployed as recorded', [at(1, 'superseded'), at(2, 'deployed')], undefined],
  ['gone', [], 'reinstall'],
  ['failed', [at(2, 'deployed'), at(3, 'failed')], 'rollback'],
  ['failed, and ours no longer kept', [at(3, 'failed')], 'reinstall'],
  ['deployed by somebody else', [at(2, 'superseded'), at(3, 'deployed')], 'rollback'],
  ['uninstalled with its history kept', [at(2, 'uninstalled')], 'rollback'],
  ['somebody is working on it', [at(2, 'deployed'), at(3, 'pending-upgrade', '2026-01-01T00:59:00Z')], 'wait'],
  ['cut off long ago', [at(2, 'deployed'), at(3, 'pending-upgrade')], 'rollback'],
]

test.each(repairs)('%s', (_name, revisions, repair) => {
  expect(judgeRelease(revisions, 2, NOW)?.repair).toBe(repair)
})
