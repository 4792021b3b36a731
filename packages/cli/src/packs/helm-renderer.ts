import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Renderer, RenderRequest } from '@atrium/pack/render/renderer.ts'
import { findTools } from '@atrium/toolchain/tools.ts'

/** Templates are programs: one that never ends, or that writes without end, is stopped. */
const LIMIT_MS = 60_000
const OUTPUT_BYTES = 32 * 1024 * 1024
const MESSAGE_CHARACTERS = 1000

export interface HelmOptions {
  helm: string
  /** The Kubernetes that charts are told of. */
  kubernetesVersion: string
  /** Definitions of a chart's `crds/` too. */
  withDefinitions?: boolean
}

/** Path of the helm on this machine; null when there is none. Nothing is obtained. */
export const findHelm = async (): Promise<string | null> => (await findTools(['helm'])).helm

/**
 * The real helm, without a cluster. Each run has a folder of its own as its home: nothing of the person's who runs it is read, and names
 * are not looked up.
 */
export const helmRenderer = (options: HelmOptions): Renderer => ({
  async render(request) {
    const folder = await mkdtemp(join(tmpdir(), 'atrium-render-'))
    try {
      await writeFile(join(folder, 'chart.tgz'), request.chart)
      await writeFile(join(folder, 'values.yaml'), request.valuesText, { mode: 0o600 })
      return await runHelm(options, request, folder)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
})

function runHelm(options: HelmOptions, request: RenderRequest, folder: string): ReturnType<Renderer['render']> {
  const { helm, kubernetesVersion, withDefinitions = false } = options
  const { releaseName, namespace } = request
  const args = ['template', releaseName, 'chart.tgz', '--values=values.yaml', `--namespace=${namespace}`]
  args.push(`--kube-version=${kubernetesVersion}`, ...(withDefinitions ? ['--include-crds'] : []))
  const limits = { timeout: LIMIT_MS, maxBuffer: OUTPUT_BYTES, killSignal: 'SIGKILL' as const }
  return new Promise((resolve, reject) => {
    execFile(helm, args, { cwd: folder, env: { HOME: folder, TMPDIR: folder }, ...limits }, (error, stdout, stderr) => {
      if (error === null) resolve({ text: stdout })
      else if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
        resolve({ refused: `renders more than ${OUTPUT_BYTES} bytes` })
      else if (error.killed) resolve({ refused: `is not rendered after ${LIMIT_MS / 1000} s` })
      else if (typeof error.code === 'number') resolve({ refused: sentenceOf(stderr) })
      else reject(error)
    })
  })
}

/** What helm says, on one line. */
function sentenceOf(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim())
  const said = lines.filter((line) => line !== '' && !/^(level=|WARNING:|walk\.go|Use --debug)/.test(line)).join('; ')
  const sentence = said.replace(/^Error: /, '')
  return sentence.length > MESSAGE_CHARACTERS
    ? `${sentence.slice(0, MESSAGE_CHARACTERS)}…`
    : sentence || 'helm failed without saying why'
}
