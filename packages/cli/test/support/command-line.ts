import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { type MemoryPlane, startMemoryPlane } from '@atrium/dev-env/memory-plane.ts'
import { expect, vi } from 'vitest'
import { runProgram } from '../../src/client-program.ts'
import { quoteForShell } from '../../src/output/invocation.ts'
import { addContext, type Context, writeContexts } from '../../src/platform/contexts.ts'
import { createProgram } from '../../src/program.ts'

export interface Said {
  exitCode: number | null
  stdout: string
  stderr: string
}

/** `atrium`, signed in to a server of this test. */
export interface CommandLine {
  plane: MemoryPlane
  tenant: Awaited<ReturnType<MemoryPlane['newTenant']>>
  /** For the test's files. */
  folder: string
  context: Context
  /** Runs a command to its end in a process of its own, without judging it. */
  attempt(args: readonly string[], options?: RunOptions): Promise<Said>
  /** Runs one that must succeed, within this process, which is quick; answers its standard output. */
  atrium(...args: string[]): Promise<string>
  /** The same of one that must fail with 1; answers its standard error. */
  refusal(...args: string[]): Promise<string>
  /** Writes a file into the folder; answers its path. */
  file(name: string, content: string): string
  close(): Promise<void>
}

export interface RunOptions {
  /** Standard input; none unless given. */
  input?: string
  env?: NodeJS.ProcessEnv
  /** Instead of the sources: one JavaScript file. */
  program?: string
  cwd?: string
  /** Runs it on a terminal of so many columns, which shows both outputs as one. */
  terminal?: number
  /** Called with its standard output so far, and with what ends the command as Ctrl-C does. */
  onStdout?(text: string, interrupt: () => void): void
  onStderr?(text: string): void
}

const sources = join(import.meta.dirname, '../../src/main.ts')

export async function openCommandLine(): Promise<CommandLine> {
  const plane = await startMemoryPlane()
  const tenant = await plane.newTenant('acme')
  const folder = mkdtempSync(join(tmpdir(), 'atrium-cli-'))
  const config = join(folder, 'contexts.json')
  const { url, caFile } = plane.server
  const context: Context = {
    ...{ url, ca: readFileSync(caFile, 'utf8'), apiKey: tenant.apiKey.reveal() },
    project: tenant.project,
  }
  writeContexts(config, addContext({ current: null, contexts: {} }, 'test', context))
  const attempt: CommandLine['attempt'] = (args, options = {}) => run(['--config', config, ...args], options, folder)
  return {
    plane,
    tenant,
    folder,
    context,
    attempt,
    async atrium(...args) {
      const { exitCode, stdout, stderr } = await runHere(['--config', config, ...args])
      expect(exitCode, `${args.join(' ')}: ${stderr}`).toBe(0)
      return stdout
    },
    async refusal(...args) {
      const { exitCode, stdout, stderr } = await runHere(['--config', config, ...args])
      expect(exitCode, `${args.join(' ')}: ${stdout}${stderr}`).toBe(1)
      return stderr
    },
    file(name, content) {
      const path = join(folder, name)
      writeFileSync(path, content)
      return path
    },
    async close() {
      await plane.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** One at a time: there is but one standard output. */
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

async function run(args: readonly string[], options: RunOptions, folder: string): Promise<Said> {
  const { input, env, program = sources, cwd = folder } = options
  // A home of its own: nothing of the person's who runs the tests. What Node compiled once serves every further command.
  const own = {
    PATH: process.env.PATH,
    HOME: folder,
    TERM: 'xterm-256color',
    NODE_COMPILE_CACHE: join(folder, 'modules'),
    ...env,
  }
  const [command = '', ...words] = onTerminal([process.execPath, program, ...args], options.terminal)
  const child = spawn(command, words, { cwd, env: own, stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.end(input ?? '')
  const interrupt = (): boolean => child.kill('SIGINT')
  const [stdout, stderr, [exitCode]] = await Promise.all([
    textOf(child.stdout, (sofar) => options.onStdout?.(sofar, interrupt)),
    textOf(child.stderr, (sofar) => options.onStderr?.(sofar)),
    once(child, 'close') as Promise<[number | null]>,
  ])
  return { exitCode, stdout, stderr }
}

const onTerminal = (words: readonly string[], columns: number | undefined): readonly string[] =>
  columns === undefined
    ? words
    : ['script', '-qec', `stty cols ${columns}; ${words.map(quoteForShell).join(' ')}`, '/dev/null']

async function textOf(stream: Readable, tell: (sofar: string) => void): Promise<string> {
  let sofar = ''
  for await (const chunk of stream.setEncoding('utf8')) tell((sofar += String(chunk)))
  return sofar
}
