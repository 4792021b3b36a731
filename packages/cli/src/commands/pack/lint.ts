import { isLintCode, lintCodes, type Severity, severities } from '@atrium/pack/lint/codes.ts'
import { isAtLeast } from '@atrium/pack/lint/finding.ts'
import { lintPack } from '@atrium/pack/lint/lint-pack.ts'
import { type LintedPlace, sarifReport } from '@atrium/pack/lint/sarif.ts'
import type { Renderer } from '@atrium/pack/render/renderer.ts'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { exitCodes } from '../../output/exit-codes.ts'
import { findHelm, helmRenderer } from '../../packs/helm-renderer.ts'
import { renderRefusal } from '../../packs/isolation.ts'
import { describeFindings } from '../../packs/lint-text.ts'
import { packPaths, readLocalPack } from '../../packs/read-packs.ts'
import { VERSION } from '../../version.ts'
import { kubernetesOption } from './render.ts'

interface Options {
  level: Severity
  failOn: Severity | 'never'
  ignore: string[]
  render: boolean
  kubeVersion: string
  output?: 'json' | 'sarif'
}

/** `atrium pack lint PACK…` */
export const registerPackLint = (pack: Command): void => {
  pack
    .command('lint')
    .description('what is wrong with packs; exit code 1 when something is, 2 when a pack cannot be read')
    .argument('<packs...>', 'folders or archives of packs, or folders of packs')
    .addOption(new Option('--level <severity>', 'least severe findings to show').choices(severities).default('info'))
    .addOption(
      new Option('--fail-on <severity>', 'exit code 1 from this severity on')
        .choices([...severities, 'never'])
        .default('error'),
    )
    .addOption(new Option('--ignore <code>', 'a code to leave out; may be repeated').argParser(addCode).default([]))
    .option('--no-render', 'without helm: templates are not rendered')
    .addOption(kubernetesOption())
    .addOption(new Option('-o, --output <format>', 'json or sarif').choices(['json', 'sarif']))
    .action(async (paths: string[], options: Options) => {
      // Until all is read.
      process.exitCode = exitCodes.usage
      const linted = await lintAll(await packPaths(paths), options)
      process.stdout.write(`${format(linted, options.output)}\n`)
      const { failOn } = options
      const fails = linted.some(({ findings }) =>
        findings.some(({ severity }) => failOn !== 'never' && isAtLeast(severity, failOn)),
      )
      process.exitCode = fails ? exitCodes.failed : exitCodes.done
    })
}

function addCode(code: string, before: string[]): string[] {
  if (!isLintCode(code)) throw new InvalidArgumentError(`There is no such code. There are ${lintCodes.join(', ')}.`)
  return [...before, code]
}

async function lintAll(
  paths: readonly string[],
  { level, ignore, render, kubeVersion }: Options,
): Promise<LintedPlace[]> {
  const renderer = render ? await rendererOrRemark(kubeVersion) : undefined
  const linted: LintedPlace[] = []
  for (const path of paths) {
    const { isFolder, tree } = await readLocalPack(path)
    const refusal = renderer && renderRefusal(isFolder, process.env)
    if (refusal) process.stderr.write(`${path}: ${LESS}. ${refusal}\n`)
    const findings = await lintPack(tree, refusal ? undefined : renderer)
    const shown = findings.filter(({ severity, code }) => isAtLeast(severity, level) && !ignore.includes(code))
    linted.push({ path, isFolder, findings: shown })
  }
  return linted
}

const LESS = 'templates, and what charts run, are not looked at'

async function rendererOrRemark(kubernetesVersion: string): Promise<Renderer | undefined> {
  const helm = await findHelm()
  if (helm !== null) return helmRenderer({ helm, kubernetesVersion })
  process.stderr.write(`There is no helm on this machine: ${LESS}.\n`)
  return undefined
}

function format(linted: readonly LintedPlace[], output: Options['output']): string {
  if (output === 'sarif') return JSON.stringify(sarifReport(linted, VERSION), null, 2)
  if (output === 'json')
    return JSON.stringify(
      linted.map(({ path, findings }) => ({ pack: path, findings })),
      null,
      2,
    )
  return describeFindings(linted)
}
