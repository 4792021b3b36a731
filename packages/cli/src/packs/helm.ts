import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemMacros } from '@atrium/pack/lint/sample-scope.ts'
import type { Renderer } from '@atrium/pack/render/renderer.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { progressLines } from '@atrium/toolchain/progress.ts'
import { ensureTools } from '@atrium/toolchain/tools.ts'
import { helmRenderer } from './helm-renderer.ts'
import { renderRefusal } from './isolation.ts'

/** The real helm, with a home of its own that goes with it: nothing of the person's, and no cluster. */
export interface Helm extends AsyncDisposable {
  /** For files handed to helm. */
  folder: string
  run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<string>
  /** Renders as `pack lint` and `pack render` do. `isOwn`: the chart was made of a folder of the person's. */
  rendererFor(isOwn: boolean): Renderer
}

const LIMIT_MS = 120_000
const OUTPUT_BYTES = 64 * 1024 * 1024

export async function openHelm(): Promise<Helm> {
  const onProgress = progressLines((line) => process.stderr.write(`${line}\n`), systemClock)
  const { helm: command } = await ensureTools(['helm'], { onProgress })
  const folder = mkdtempSync(join(tmpdir(), 'atrium-helm-'))
  const run: Helm['run'] = (args, env = {}) =>
    new Promise((resolve, reject) => {
      const options = {
        cwd: folder,
        env: { PATH: process.env['PATH'], HOME: folder, ...homeOf(folder), ...env },
        timeout: LIMIT_MS,
        maxBuffer: OUTPUT_BYTES,
      }
      execFile(command, [...args], options, (error, stdout, stderr) =>
        error === null ? resolve(stdout) : reject(new Error(shortError(stderr) || error.message, { cause: error })),
      )
    })
  const renderer = helmRenderer({ helm: command, kubernetesVersion: systemMacros['kubernetes.version'] ?? '' })
  return {
    folder,
    run,
    rendererFor(isOwn) {
      const refused = renderRefusal(isOwn, process.env)
      return refused === null ? renderer : { render: () => Promise.resolve({ refused }) }
    },
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const homeOf = (folder: string): NodeJS.ProcessEnv => ({
  KUBECONFIG: join(folder, 'no-cluster'),
  HELM_CACHE_HOME: join(folder, 'cache'),
  HELM_CONFIG_HOME: join(folder, 'config'),
  HELM_DATA_HOME: join(folder, 'data'),
})

/** Helm's last word, without its warnings. */
const shortError = (stderr: string): string =>
  (stderr.split('\n').findLast((line) => line.startsWith('Error: ')) ?? stderr.trim())
    .replace(/^Error: /, '')
    .slice(0, 1000)
