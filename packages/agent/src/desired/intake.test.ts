import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { expect, test } from 'vitest'
import { sha256 } from '../names.ts'
import { memoryStore } from '../testing/memory-store.ts'
import { BlobCache } from './blobs.ts'
import { DesiredStore } from './desired-store.ts'
import { DesiredIntake } from './intake.ts'
import { Redaction } from './redaction.ts'

const state: DesiredState = {
  ...{ clusterUid: 'c', clusterName: 'n', epoch: 1, generation: 7, kubernetesVersion: '1', layers: [] },
  ...{ sensitive: `sha256:${sha256(Buffer.from('[]'))}`, policy: { drift: 'heal', nodes: 'heal' } },
}

test('a desired state that cannot be fetched is told with its reason, once, until it is here', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'atrium-intake-'))
  const clock = new ManualClock()
  const desired = await DesiredStore.open({ path: join(dir, 'd'), cluster: memoryStore(), logger: silentLogger })
  let away = true
  const fetchBlob = async (): Promise<Buffer> => {
    if (away) throw new Error('blob is gone')
    return Buffer.from('[]')
  }
  const blobs = new BlobCache(memoryStore(), { fetchBlob })
  const problems: string[] = []
  const intake = new DesiredIntake(
    { desired, blobs, redaction: new Redaction(), clock, logger: silentLogger },
    { onAccepted: () => undefined, onProblem: (problem) => problems.push(problem) },
  )
  try {
    intake.take(state)
    await clock.advance(1)
    expect(intake.problem).toBeNull()
    await clock.advance(60_000)
    expect(problems).toEqual(['desired state 7 cannot be fetched: blob is gone'])
    expect(intake.problem).toBe(problems[0])
    away = false
    await clock.advance(2_000)
    // The disk takes its time, whatever the clock says.
    await expect.poll(() => [desired.current?.generation, intake.problem, intake.incoming]).toEqual([7, null, null])
  } finally {
    await intake.stop()
    await rm(dir, { recursive: true, force: true })
  }
})
