import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { platformCommand, platformHome } from '@atrium/toolchain/platform.ts'
import { afterEach, beforeEach, expect, it } from 'vitest'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atrium-failed-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A Go that builds for as long as whoever started it lives. */
const slowGo = `#!/bin/sh
[ "$1" = env ] && echo go1.26.0 && exit
parent=$PPID
while kill -0 $parent 2>/dev/null; do sleep 0.1; done
`

it('a start that failed ends at once with its reason, whatever it had under way', async () => {
  const home = platformHome(join(folder, 'home'))
  // The database refuses this folder while the tools are still being built.
  const data = join(home.postgresFolder, 'data')
  mkdirSync(data, { recursive: true, mode: 0o700 })
  writeFileSync(join(data, 'PG_VERSION'), '15\n')
  const go = join(folder, 'go')
  writeFileSync(go, slowGo, { mode: 0o755 })
  const { command, args } = platformCommand('run', { home: home.folder })
  // Nobody listens on port 1: everything would have to be built.
  const env = { ATRIUM_CACHE: join(folder, 'cache'), ATRIUM_GO: go, ATRIUM_TOOL_MIRROR: 'http://127.0.0.1:1' }
  const child = spawn(command, args, {
    env: { HOME: folder, PATH: '/usr/bin:/bin', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [complaint, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  expect(code).toBe(1)
  expect(complaint).toContain('made by PostgreSQL 15')
  const events = readFileSync(home.progressFile, 'utf8').trim().split('\n')
  expect(JSON.parse(events.at(-1) ?? '')).toMatchObject({ step: 'failed' })
})
