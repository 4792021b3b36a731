import { existsSync, statSync } from 'node:fs'
import { freePort } from '@atrium/dev-env/free-port.ts'
import { afterEach, describe, expect, it } from 'vitest'
import { cloneFresh, FRESH_LIMIT_MS, type FreshClone } from './harness/fresh-clone.ts'
import { whyNobodyElse } from './harness/ordinary-user.ts'
import type { UpObject } from './harness/platform.ts'
import { namesOf, processesOf } from './harness/world.ts'

// It brings Node and all dependencies from npm: minutes, and only with `--all`.
const whole = process.env.ATRIUM_TEST_ALL === '1'

describe.skipIf(!whole)('a fresh clone below a closed folder, with nothing cached', () => {
  let clone: FreshClone | undefined
  afterEach(() => clone?.close())

  const startsAndEnds = async (who: Parameters<typeof cloneFresh>[0]): Promise<void> => {
    clone = cloneFresh(who)
    const output = await clone.atrium('up', '--detach', '--json', '--port', String(await freePort()))
    const object = JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as UpObject
    expect(object.cluster?.name).toBe('demo')
    expect(await clone.atrium('status')).toMatch(/demo\s+Running\s+Healthy/)
    const users = new Set(processesOf(object.home).map(({ pid }) => statSync(`/proc/${pid}`).uid))
    expect([...users]).toEqual([clone.userId])
    await clone.atrium('down', '--purge')
    expect(namesOf(processesOf(object.home))).toEqual([])
    expect(existsSync(object.home)).toBe(false)
  }

  it('starts the platform with its demo, and ends both', () => startsAndEnds('ourselves'), FRESH_LIMIT_MS)

  it.skipIf(whyNobodyElse !== null)(
    `does so for an ordinary user${whyNobodyElse ? ` (${whyNobodyElse})` : ''}`,
    () => startsAndEnds('ordinary user'),
    FRESH_LIMIT_MS,
  )
})
