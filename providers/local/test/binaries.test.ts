import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { adoptProcess } from '@atrium/toolchain/process.ts'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Binaries } from '../src/cloud/binaries.ts'
import { bringerPaths } from '../src/cloud/paths.ts'
import type { KubernetesBinaries } from '../src/cloud/protocol.ts'
import { eventually, OTHER_VERSION, VERSION } from './support/cloud.ts'

const own: KubernetesBinaries = { apiserver: '/own', controllerManager: '/own', scheduler: '/own' }
const known = { [VERSION]: own, [OTHER_VERSION]: null }

let folder: string
let closing: Binaries[]
let here: KubernetesBinaries | null

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atrium binaries '))
  closing = []
  here = null
})
afterEach(async () => {
  for (const one of closing) await one.close()
  rmSync(folder, { recursive: true })
})

/** Of a machine with nothing on it; `go` is a program, and nobody publishes anything. */
const binariesWith = (go: string): Binaries => {
  const env = { HOME: folder, PATH: '/usr/bin:/bin', ATRIUM_GO: go, ATRIUM_TOOL_MIRROR: 'http://127.0.0.1:1' }
  const deps = { clock: systemClock, logger: silentLogger, dir: folder, known, env, findHere: async () => here }
  const binaries = new Binaries(deps)
  closing.push(binaries)
  return binaries
}
const bringer = () => adoptProcess(bringerPaths(folder, OTHER_VERSION).record)

it('what comes with the platform is here at once, and nothing else is looked for', async () => {
  const binaries = binariesWith('/nowhere/go')
  expect(binaries.versions()).toEqual([VERSION, OTHER_VERSION])
  expect([binaries.find(VERSION), binaries.waitingFor(VERSION)]).toEqual([own, ''])
  expect(await bringer()).toBeNull()
})

it('another version is obtained once somebody asks for it, and where that fails the reason is told', async () => {
  const binaries = binariesWith('/nowhere/go')
  await eventually('it says why', async () => {
    expect(binaries.find(OTHER_VERSION)).toBeNull()
    return /Kubernetes 1\.35\.4: they could not be obtained, .*Go 1\.21/.test(binaries.waitingFor(OTHER_VERSION))
  })
  here = own
  await eventually('it is here', async () => binaries.find(OTHER_VERSION) !== null)
  expect(binaries.waitingFor(OTHER_VERSION)).toBe('')
})

it('while it is obtained its last word is told; the next daemon goes on with the same, and its end ends it', async () => {
  const go = join(folder, 'go')
  // Its builds never end.
  writeFileSync(go, '#!/bin/sh\ncase "$1" in env) echo go1.26.8 ;; *) exec sleep 1000 ;; esac\n', { mode: 0o755 })
  const first = binariesWith(go)
  let started: Awaited<ReturnType<typeof bringer>> = null
  await eventually('it is started', async () => {
    first.find(OTHER_VERSION)
    started = await bringer()
    return started !== null && /building kube-apiserver-1\.35/.test(first.waitingFor(OTHER_VERSION))
  })
  const second = binariesWith(go)
  await eventually('it tells the same', async () => {
    second.find(OTHER_VERSION)
    return second.waitingFor(OTHER_VERSION) === first.waitingFor(OTHER_VERSION)
  })
  expect(await bringer()).toEqual(started)
  await second.close()
  expect(await bringer()).toBeNull()
})
