import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Renderer, RenderRequest } from '@atrium/pack/render/renderer.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { runConfined } from '@atrium/runtime/confined/command.ts'
import { ConfinedError } from '@atrium/runtime/confined/error.ts'
import { findWall } from '@atrium/runtime/confined/wall.ts'
import { findTools } from '@atrium/toolchain/tools.ts'

/** Templates are programs: one that never ends, or that writes without end, is stopped. */
const limits = { cpuSeconds: 60, memoryBytes: 1024 ** 3, outputBytes: 64 * 1024 ** 2, timeMs: 120_000 }
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
 * The real helm, without a cluster. A chart is a program: it runs behind the best wall of this system, with a home of its own, and names are
 * not looked up. Whether that wall is enough for who wrote it is for `renderRefusal` to say.
 */
export const helmRenderer = (options: HelmOptions, wall = findWall()): Renderer => ({
  async render(request) {
    const folder = await mkdtemp(join(tmpdir(), 'atrium-render-'))
    try {
      const [chart, values] = [join(folder, 'chart.tgz'), join(folder, 'values.yaml')]
      await writeFile(chart, request.chart)
      await writeFile(values, request.valuesText, { mode: 0o600 })
      const args = argsOf(options, request, chart, values)
      return { text: await runConfined({ command: options.helm, args, wall, limits, clock: systemClock }) }
    } catch (error) {
      if (error instanceof ConfinedError) return { refused: sentenceOf(error.message) }
      throw error
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
})

const argsOf = (
  { kubernetesVersion, withDefinitions = false }: HelmOptions,
  { releaseName, namespace }: RenderRequest,
  chart: string,
  values: string,
): string[] => [
  ...['template', releaseName, chart, `--values=${values}`, `--namespace=${namespace}`],
  ...[`--kube-version=${kubernetesVersion}`, ...(withDefinitions ? ['--include-crds'] : [])],
]

/** What helm says, on one line. */
function sentenceOf(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim())
  const said = lines.filter((line) => line !== '' && !/^(level=|WARNING:|walk\.go|Use --debug)/.test(line)).join('; ')
  const sentence = said.replace(/^Error: /, '')
  return sentence.length > MESSAGE_CHARACTERS
    ? `${sentence.slice(0, MESSAGE_CHARACTERS)}…`
    : sentence || 'helm failed without saying why'
}
