import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ProviderError } from '@atrium/provider-contract/provider.ts'
import { CallerCrashed } from '@atrium/provider-inmemory/faults.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { lastingEnv } from '@atrium/runtime/base/lasting-process.ts'
import type { ClusterTiming } from '@atrium/server/controllers/cluster/deps.ts'
import { serverNodeFlags } from '@atrium/toolchain/platform.ts'
import { cpuMs, residentBytes } from '../process-use.ts'
import { isReady, type OutsideAnswer, type OutsideCall, type OutsideRequest } from './messages.ts'

export interface ServerProcessOptions {
  /** The server's settings. */
  env: Record<string, string>
  credentialsFile: string
  /** Other times of the controller than the usual. */
  timing: Partial<ClusterTiming>
  logFile: string
  /** Answers what the server asks of the world outside of it. */
  answer(call: OutsideCall): unknown
}

/** The server as a process that can be killed and started again. */
export class ServerProcess {
  readonly #options: ServerProcessOptions
  #child: ChildProcess | null = null
  url = ''
  caFile = ''

  constructor(options: ServerProcessOptions) {
    this.#options = options
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  /** Returns when it serves. Throws with the end of its log when it ends instead. */
  async start(): Promise<void> {
    const { env, credentialsFile, timing, logFile } = this.#options
    const log = openSync(logFile, 'a', 0o600)
    const child = fork(
      fileURLToPath(new URL('server-main.ts', import.meta.url)),
      [credentialsFile, JSON.stringify(timing)],
      {
        execArgv: serverNodeFlags,
        env: { ...process.env, ...lastingEnv, ...env },
        stdio: ['ignore', log, log, 'ipc'],
      },
    )
    closeSync(log)
    this.#child = child
    const { ready } = await new Promise<{ ready: { url: string; caFile: string } }>((resolve, reject) => {
      child.on('message', (message) => {
        if (isReady(message)) resolve(message)
        else void this.#answer(child, message as OutsideRequest)
      })
      child.once('exit', (code) => {
        const tail = readFileSync(logFile, 'utf8').slice(-2_000)
        reject(new Error(`The server ended (code ${code}). The end of ${logFile}:\n${tail}`))
      })
    })
    this.url = ready.url
    this.caFile = ready.caFile
  }

  /** In good order. */
  stop(): Promise<void> {
    return this.#end('SIGTERM')
  }

  /** As the kernel does when memory is short. */
  kill(): Promise<void> {
    return this.#end('SIGKILL')
  }

  residentBytes(): number {
    return residentBytes(this.pid)
  }

  cpuMs(): number {
    return cpuMs(this.pid)
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    this.#child = null
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  async #answer(child: ChildProcess, { id, call }: OutsideRequest): Promise<void> {
    let answer: OutsideAnswer
    try {
      answer = { id, result: (await this.#options.answer(call)) ?? null }
    } catch (error) {
      // Nobody waits any more.
      if (error instanceof CallerCrashed) return
      answer = { id, failure: failureOf(error) }
    }
    // A process that just died reads nothing.
    if (child.connected) child.send(answer, () => undefined)
  }
}

const failureOf = (error: unknown): Extract<OutsideAnswer, { failure: unknown }>['failure'] => {
  if (!(error instanceof ProviderError)) return { message: messageOf(error) }
  const { reaction, reason, nextStep, message } = error
  return { message, provider: { reaction, reason, nextStep } }
}
