import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runChild } from '@atrium/cli/testing/child.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { ForeignClient } from './find-client.ts'
import type { ProvidersSchema } from './settings.ts'

type Value = string | readonly string[]
export type Variables = Record<string, Value | number | boolean | Record<string, Value>>

export interface Endpoint {
  /** `name:port`, without scheme. */
  host: string
  apiKey: string
  project: string
}

/** A Terraform working folder with the configuration of one scenario and a state of its own. */
export interface Workspace {
  /** Throws with everything the command said unless it succeeds. */
  apply(variables: Variables): Promise<void>
  /** Whether the plan is empty; otherwise what it would change, for the message of a failed test. */
  plan(variables: Variables): Promise<{ empty: boolean; output: string }>
  import(variables: Variables, address: string, id: string): Promise<void>
  /** Forgets a resource without touching it. */
  forget(address: string): Promise<void>
  /** Forgets what these addresses name, and imports it by these ids. */
  importAgain(variables: Variables, ids: Readonly<Record<string, string>>): Promise<void>
  destroy(variables: Variables): Promise<void>
  /** Value of an output, sensitive ones too. */
  output<T>(name: string): Promise<T>
  /** What the client says of its own resources. */
  schema(): Promise<ProvidersSchema>
  remove(): void
}

/** Longest a single command may take: the client itself waits about a minute for a cluster. */
const COMMAND_LIMIT_MS = 150_000
const SETTINGS = 'cli.tfrc'
const PLAN_HAS_CHANGES = 2

export interface WorkspaceOptions {
  /** One request after the other, so that a recording has one order; otherwise the client works in parallel. */
  inOrder?: boolean
}

/** Below the temporary folder: configuration, state (it holds kubeconfigs) and the client's settings; `remove` ends all. */
export function openWorkspace(
  client: ForeignClient,
  configuration: string,
  endpoint: Endpoint,
  options: WorkspaceOptions = {},
): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-conformance-'))
  const work = join(folder, 'work')
  mkdirSync(work)
  for (const file of readdirSync(configuration)) copyFileSync(join(configuration, file), join(work, file))
  if (client.provider !== null)
    writeFileSync(join(folder, SETTINGS), overrideBy(client.provider, join(folder, 'provider')))

  const order = options.inOrder ? ['-parallelism=1'] : []
  const command = async (args: string[], variables: Variables = {}, accepted = [0]) => {
    const result = await runChild({
      command: client.terraform,
      args,
      cwd: work,
      env: { ...environment(client, folder, endpoint), ...asEnvironment(variables) },
      limitMs: COMMAND_LIMIT_MS,
      clock: systemClock,
      output: 'collect',
    })
    if (result.exitCode !== null && accepted.includes(result.exitCode)) return result
    const why = result.timedOut ? `ended after ${COMMAND_LIMIT_MS / 1000} s` : `exit code ${result.exitCode}`
    throw new Error(`terraform ${args[0]}: ${why}\n${result.output}`)
  }
  const init = client.provider === null ? command(['init', '-input=false', '-no-color']) : Promise.resolve()
  // The first command that waits for it reports what went wrong.
  init.catch(() => {})

  const workspace: Workspace = {
    async apply(variables) {
      await init
      await command(['apply', '-auto-approve', '-input=false', '-no-color', ...order], variables)
    },
    async plan(variables) {
      await init
      const args = ['plan', '-detailed-exitcode', '-input=false', '-no-color', ...order]
      const { exitCode, output } = await command(args, variables, [0, PLAN_HAS_CHANGES])
      return { empty: exitCode === 0, output }
    },
    async import(variables, address, id) {
      await command(['import', '-input=false', '-no-color', ...order, address, id], variables)
    },
    async forget(address) {
      await command(['state', 'rm', address])
    },
    async importAgain(variables, ids) {
      for (const [address, id] of Object.entries(ids)) {
        await workspace.forget(address)
        await workspace.import(variables, address, id)
      }
    },
    async destroy(variables) {
      await command(['destroy', '-auto-approve', '-input=false', '-no-color', ...order], variables)
    },
    async output(name) {
      const { output } = await command(['output', '-json', name])
      return JSON.parse(output)
    },
    async schema() {
      await init
      const { output } = await command(['providers', 'schema', '-json'])
      return JSON.parse(output)
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
  return workspace
}

/** Settings that take the provider from this folder instead of a registry. */
function overrideBy(binary: string, folder: string): string {
  mkdirSync(folder)
  symlinkSync(binary, join(folder, 'terraform-provider-spectrocloud'))
  const source = 'spectrocloud/spectrocloud'
  return `provider_installation {\n  dev_overrides { "${source}" = ${JSON.stringify(folder)} }\n  direct {}\n}\n`
}

/**
 * With a binary of the provider, nothing of the caller's own Terraform set-up reaches the client. Without one, `init`
 * needs it: proxies and mirrors are said there.
 */
const environment = (client: ForeignClient, folder: string, endpoint: Endpoint): NodeJS.ProcessEnv => ({
  ...(client.provider === null
    ? process.env
    : { PATH: process.env.PATH, HOME: folder, TF_CLI_CONFIG_FILE: join(folder, SETTINGS) }),
  TF_IN_AUTOMATION: '1',
  CHECKPOINT_DISABLE: '1',
  TF_VAR_host: endpoint.host,
  TF_VAR_api_key: endpoint.apiKey,
  TF_VAR_project: endpoint.project,
})

const asEnvironment = (variables: Variables): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      `TF_VAR_${name}`,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
