import { expect, vi } from 'vitest'
import { runProgram } from '../../src/client-program.ts'
import { createProgram } from '../../src/program.ts'

export interface Said {
  exitCode: number | null
  stdout: string
  stderr: string
}

/** Runs a command within this process, which is quick. One at a time: there is but one standard output. */
export async function runHere(args: readonly string[]): Promise<Said> {
  const said = { stdout: '', stderr: '' }
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      said[name] += String(text)
      return true
    }),
  )
  try {
    await runProgram(createProgram(), args)
    return { ...said, exitCode: Number(process.exitCode ?? 0) }
  } finally {
    process.exitCode = undefined
    for (const spy of spies) spy.mockRestore()
  }
}

/** One that must succeed; answers its standard output. */
export async function succeed(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runHere(args)
  expect(exitCode, `${args.join(' ')}: ${stderr}`).toBe(0)
  return stdout
}

/** One that must fail with 1; answers its standard error. */
export async function refuse(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runHere(args)
  expect(exitCode, `${args.join(' ')}: ${stdout}${stderr}`).toBe(1)
  return stderr
}
