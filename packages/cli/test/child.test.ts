import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { readProcess } from '@atrium/toolchain/process-table.ts'
import { expect, test } from 'vitest'
import { runChild } from '../src/testing/child.ts'

const base = { cwd: process.cwd(), env: process.env, clock: systemClock, output: 'collect', limitMs: 20_000 } as const
const shell = (script: string, limitMs: number = base.limitMs) =>
  runChild({ ...base, command: '/bin/sh', args: ['-c', script], limitMs })

const ended = async (pid: number): Promise<void> => {
  while (readProcess(pid) !== null) await systemClock.sleep(5)
}

test('exit code and output of a command come back', async () => {
  const result = await shell('echo out; echo err >&2; exit 3')
  expect(result).toMatchObject({ exitCode: 3, timedOut: false, interrupted: false })
  expect(result.output.split('\n').sort()).toEqual(['', 'err', 'out'])
  expect(result.stdout).toBe('out\n')
})

test('one that takes too long is ended with all its children', async () => {
  const result = await shell('sleep 1000 & echo $!; wait', 100)
  expect(result).toMatchObject({ exitCode: null, timedOut: true })
  await ended(Number(result.output))
})

test('what a finished command leaves in its group is killed', async () => {
  const result = await shell('sleep 1000 >/dev/null 2>&1 & echo $!')
  expect(result.exitCode).toBe(0)
  await ended(Number(result.output))
})

test('Ctrl-C reaches the command, and the caller learns of it', async () => {
  const module = JSON.stringify(join(import.meta.dirname, '../src/testing/child.ts'))
  const clock = JSON.stringify(join(import.meta.dirname, '../../runtime/src/base/clock.ts'))
  const script = `
    import { runChild } from ${module}
    import { systemClock } from ${clock}
    const options = { cwd: '/', env: process.env, limitMs: 60000, clock: systemClock, output: 'inherit' }
    const result = await runChild({ ...options, command: '/bin/sh', args: ['-c', 'echo pid $$; exec sleep 1000'] })
    console.log(JSON.stringify(result))`
  const runner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const chunks: string[] = []
  runner.stdout.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk))
  while (!chunks.join('').includes('pid')) await systemClock.sleep(5)
  runner.kill('SIGINT')
  await once(runner, 'close')
  expect(chunks.join('')).toMatch(/"interrupted":true/)
  await ended(Number(/pid (\d+)/.exec(chunks.join(''))?.[1]))
})
