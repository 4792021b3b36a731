import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { AtriumError, messageOf } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { TokenSource } from './config.ts'
import { isRecord } from './object.ts'

/** Leave to run the program a kubeconfig names, e.g. `aws eks get-token`: only for a file of whoever starts the process. */
export interface ExecOptions {
  clock: { now(): number }
  /** The program's environment. */
  env: Readonly<Record<string, string | undefined>>
  /** Called with each new token, e.g. to hand it to other programs. */
  onToken?(token: Secret<string>): Promise<void>
}

const RUN_LIMIT_MS = 30_000
const OUTPUT_BYTES = 256 * 1024
/** A token is renewed this long before it ends. */
const MARGIN_MS = 60_000
const API_VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1']
const run = promisify(execFile)

const fail = (message: string): never => {
  throw new AtriumError('InvalidRequest', `kubeconfig: ${message}`)
}

/** Tokens from the program in a kubeconfig's `exec`, bounded in time and output; it runs again when a token ends or is refused. */
export function execToken(exec: Record<string, unknown>, baseDir: string, options: ExecOptions): TokenSource {
  const { command, args } = exec
  if (typeof command !== 'string' || command === '') return fail('exec names no command')
  if (!API_VERSIONS.includes(String(exec.apiVersion))) fail(`exec.apiVersion must be one of ${API_VERSIONS.join(', ')}`)
  const program = command.includes('/') ? resolve(baseDir, command) : command
  const list = Array.isArray(args) ? args.map(String) : []
  const env = { ...options.env, ...extraEnv(exec), KUBERNETES_EXEC_INFO: execInfo(String(exec.apiVersion)) }
  let held: { token: Secret<string>; endsAt: number } | null = null
  let asking: Promise<Secret<string>> | null = null
  const ask = async (): Promise<Secret<string>> => {
    const credential = readCredential(await output(program, list, env), program)
    held = credential
    await options.onToken?.(credential.token)
    return credential.token
  }
  return {
    fromProgram: true,
    async current() {
      if (held && options.clock.now() < held.endsAt - MARGIN_MS) return held.token
      asking ??= ask().finally(() => {
        asking = null
      })
      return asking
    },
    refresh: () => {
      held = null
    },
  }
}

const execInfo = (apiVersion: string): string =>
  JSON.stringify({ apiVersion, kind: 'ExecCredential', spec: { interactive: false } })

const extraEnv = (exec: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    (Array.isArray(exec.env) ? exec.env : []).filter(isRecord).map(({ name, value }) => [String(name), String(value)]),
  )

async function output(program: string, args: string[], env: Record<string, string | undefined>): Promise<string> {
  try {
    const limits = { timeout: RUN_LIMIT_MS, killSignal: 'SIGKILL', maxBuffer: OUTPUT_BYTES } as const
    return (await run(program, args, { env, ...limits })).stdout
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().slice(0, 300) : ''
    // The message of `execFile` repeats the arguments, which may hold secrets.
    const code = error instanceof Error && 'code' in error ? String(error.code) : messageOf(error).slice(0, 100)
    return fail(`exec: ${program} failed (${code})${said === '' ? '' : `: ${said}`}`)
  }
}

function readCredential(text: string, program: string): { token: Secret<string>; endsAt: number } {
  const status = statusOf(text)
  const { token, expirationTimestamp } = status
  if (typeof token !== 'string' || token === '')
    return fail(`exec: ${program} gave no token; client certificates of such programs are not supported`)
  const endsAt = typeof expirationTimestamp === 'string' ? Date.parse(expirationTimestamp) : Number.NaN
  return { token: new Secret(token), endsAt: Number.isNaN(endsAt) ? Number.POSITIVE_INFINITY : endsAt }
}

function statusOf(text: string): Record<string, unknown> {
  try {
    const credential: unknown = JSON.parse(text)
    return isRecord(credential) && isRecord(credential.status) ? credential.status : {}
  } catch {
    // No JSON: then it holds no token either.
    return {}
  }
}
