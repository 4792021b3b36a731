import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toolPath } from '@atrium/dev-env/tool-paths.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { runConfined } from '@atrium/runtime/confined/command.ts'
import { ConfinedError } from '@atrium/runtime/confined/error.ts'
import { findWall } from '@atrium/runtime/confined/wall.ts'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { hostileCharts } from './support/hostile-charts.ts'

const wall = findWall()
const helm = toolPath('helm')
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'atrium-hostile-'))
  // Homes of others lie elsewhere.
  vi.stubEnv('TMPDIR', folder)
})
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const render = (archive: Buffer): Promise<string> => {
  const path = join(folder, 'chart.tgz')
  writeFileSync(path, archive)
  return runConfined({
    ...{ command: helm, args: ['template', 'hostile', path], wall, clock: systemClock },
    limits: { cpuSeconds: 2, memoryBytes: 512 * 1024 ** 2, outputBytes: 10 * 1024 ** 2, timeMs: 60_000 },
  })
}

it.skipIf(wall === 'none').each(hostileCharts)(
  'a chart that $what does nothing but that',
  async ({ archive, expected }) => {
    const outcome = await render(archive).then(
      (text) => ({ text }),
      (error: unknown) => ({ error }),
    )
    if ('renders' in expected) expect(outcome).toEqual({ text: expect.stringMatching(expected.renders) })
    else {
      expect(outcome).toEqual({ error: expect.any(ConfinedError) })
      expect((outcome as { error: ConfinedError }).error.message).toMatch(expected.refused)
    }
    expect(readdirSync(folder)).toEqual(['chart.tgz'])
  },
)
