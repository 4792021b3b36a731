import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { runConfined } from '@atrium/runtime/confined/command.ts'
import { findWall } from '@atrium/runtime/confined/wall.ts'
import { progressLines } from '@atrium/toolchain/progress.ts'
import { ensureTools } from '@atrium/toolchain/tools.ts'
import { renderRefusal } from './isolation.ts'

/** The real helm, with a home of its own that goes with it: nothing of the person's, and no cluster. */
export interface Helm extends AsyncDisposable {
  /** For files handed to helm. */
  folder: string
  run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<string>
  /** Objects of a chart archive as text, hooks included. `values`: text of a values file. `isOwn`: it was made of a folder of the person's. */
  render(chart: {
    archive: Uint8Array
    release: string
    namespace: string
    values: string
    isOwn?: boolean
  }): Promise<string>
}

const LIMIT_MS = 120_000
const OUTPUT_BYTES = 64 * 1024 * 1024
const limits = { cpuSeconds: 60, memoryBytes: 1024 ** 3, outputBytes: OUTPUT_BYTES, timeMs: LIMIT_MS }

export async function openHelm(): Promise<Helm> {
  const onProgress = progressLines((line) => process.stderr.write(`${line}\n`), systemClock)
  const { helm: command } = await ensureTools(['helm'], { onProgress })
  const folder = mkdtempSync(join(tmpdir(), 'atrium-helm-'))
  const wall = findWall()
  let count = 0
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
  return {
    folder,
    run,
    render({ archive, release, namespace, values, isOwn = false }) {
      const refusal = renderRefusal(isOwn, process.env, wall)
      if (refusal !== null) return Promise.reject(new Error(refusal))
      count += 1
      const [chartFile, valuesFile] = [join(folder, `chart-${count}.tgz`), join(folder, `values-${count}.yaml`)]
      writeFileSync(chartFile, archive)
      writeFileSync(valuesFile, values)
      const args = ['template', release, chartFile, `--namespace=${namespace}`, `--values=${valuesFile}`]
      return runConfined({ command, args, wall, limits, clock: systemClock })
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
