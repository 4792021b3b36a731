import { execFile } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

/** The client as it is on this machine. */
export interface ForeignClient {
  /** Absolute path of `terraform` or `tofu`. */
  terraform: string
  /** Absolute path of the provider's binary; null = `init` gets it from the registry. */
  provider: string | null
}

const PROVIDER = 'ATRIUM_TF_PROVIDER'
const TERRAFORM = 'ATRIUM_TERRAFORM'
/** Longest a registry may take to hand over the provider: it has some 30 MB. */
const INIT_LIMIT_MS = 60_000
const run = promisify(execFile)

/** What there is to run the scenarios with, or one sentence that says why there is nothing. */
export async function findForeignClient(env: NodeJS.ProcessEnv): Promise<ForeignClient | string> {
  const terraform = env[TERRAFORM] ?? onPath(env, 'terraform') ?? onPath(env, 'tofu')
  const provider = env[PROVIDER]
  if (provider !== undefined && !isProgram(provider)) throw new Error(`${PROVIDER}: ${provider} is no program`)
  if (terraform === undefined) return `there is neither terraform nor tofu on PATH, and ${TERRAFORM} is not set`
  if (!isProgram(terraform)) throw new Error(`${TERRAFORM}: ${terraform} is no program`)
  if (provider !== undefined) return { terraform, provider }
  const problem = await initProblem(terraform, env)
  if (problem === null) return { terraform, provider: null }
  return `${PROVIDER} is not set, and \`terraform init\` gets no provider: ${problem}`
}

/** Why the registry does not give the provider; null = it does. */
async function initProblem(terraform: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-terraform-init-'))
  const needed = { terraform: { required_providers: { spectrocloud: { source: 'spectrocloud/spectrocloud' } } } }
  writeFileSync(join(folder, 'main.tf.json'), JSON.stringify(needed))
  try {
    await run(terraform, ['init', '-input=false', '-no-color'], {
      cwd: folder,
      timeout: INIT_LIMIT_MS,
      env: { ...env, CHECKPOINT_DISABLE: '1' },
    })
    return null
  } catch (error) {
    const { stderr, killed } = error as { stderr?: string; killed?: boolean }
    if (killed) return `no answer within ${INIT_LIMIT_MS / 1000} s`
    return stderr?.split('\n').find((line) => line.includes('Error')) ?? String(error)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const onPath = (env: NodeJS.ProcessEnv, name: string): string | undefined =>
  (env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isProgram)

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
