import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lastingEnv } from '@atrium/runtime/base/lasting-process.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'

let folder: string
let main: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atrium lasting '))
  main = join(folder, 'main.ts')
  const lasting = join(import.meta.dirname, '../src/base/lasting-process.ts')
  writeFileSync(
    main,
    `const { startLasting } = await import(${JSON.stringify(lasting)})
    startLasting()
    const strips: boolean = process.moduleLoadList.some((name: string) => name.includes('amaro'))
    const { pid, argv, execArgv, env } = process
    console.log(JSON.stringify({ pid, strips, args: [...execArgv, ...argv.slice(2)], malloc: env.MALLOC_MMAP_THRESHOLD_ }))`,
  )
})
afterEach(() => rmSync(folder, { recursive: true }))

/** What the program says of itself, line by line, and the pid it was started with. */
const run = async (env: NodeJS.ProcessEnv): Promise<{ pid: number | undefined; says: unknown[] }> => {
  const child = spawn(process.execPath, ['--max-semi-space-size=2', main, 'run', 'a b'], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  await new Promise((resolve) => child.on('close', resolve))
  const says = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  return { pid: child.pid, says }
}
const args = ['--max-semi-space-size=2', 'run', 'a b']
const malloc = lastingEnv.MALLOC_MMAP_THRESHOLD_

test('a cold process is replaced by itself, without the compiler, before it does anything', async () => {
  const { pid, says } = await run({ NODE_COMPILE_CACHE: join(folder, 'cache') })
  expect(says).toEqual([{ pid, strips: false, args, malloc }])
})

test('where nothing can be kept, it runs all the same', async () => {
  const { pid, says } = await run({ NODE_COMPILE_CACHE: join(main, 'no-folder') })
  expect(says).toEqual([{ pid, strips: true, args, malloc }])
})
