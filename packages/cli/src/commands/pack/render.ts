import { readFile } from 'node:fs/promises'
import { applyPresets } from '@atrium/pack/format/apply-presets.ts'
import { planLayer } from '@atrium/pack/format/layer.ts'
import { resolveMacros } from '@atrium/pack/format/macros.ts'
import { readPresets } from '@atrium/pack/format/presets.ts'
import { PackError } from '@atrium/pack/format/problems.ts'
import { readValues } from '@atrium/pack/format/values.ts'
import { systemMacros } from '@atrium/pack/lint/sample-scope.ts'
import { type RenderedPart, renderPlan } from '@atrium/pack/render/renderer.ts'
import { loadPack } from '@atrium/pack/sources/load.ts'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { findHelm, helmRenderer } from '../../packs/helm-renderer.ts'
import { renderRefusal } from '../../packs/isolation.ts'
import { readLocalPack } from '../../packs/read-packs.ts'
import { givenScope } from '../../packs/scope.ts'

interface Options {
  values?: string
  preset: string[]
  var: Record<string, string>
  macro: Record<string, string>
  fact: Record<string, string>
  layer?: string
  kubeVersion: string
  valuesOnly?: true
}

/** `atrium pack render PACK` */
export const registerPackRender = (pack: Command): void => {
  pack
    .command('render')
    .description('what a pack installs, as helm renders it; without a cluster')
    .argument('<pack>', 'folder or archive of a pack')
    .option('-f, --values <file>', "values in place of the pack's own")
    .addOption(
      new Option('--preset <group:name>', 'preset to choose; may be repeated')
        .argParser((one: string, before: string[]) => [...before, one])
        .default([]),
    )
    .addOption(pairs('--var <name=value>', 'value of a profile variable'))
    .addOption(pairs('--macro <name=value>', 'value of a macro'))
    .addOption(pairs('--fact <name=value>', 'fact of the cluster, such as cluster.name, in place of a sample'))
    .option('--layer <name>', 'name of the layer, which release names begin with; the name of the pack unless given')
    .addOption(kubernetesOption())
    .option('--values-only', 'the values with every placeholder filled in, and no more')
    .action(async (path: string, options: Options) => {
      process.stdout.write(await renderPack(path, options))
    })
}

/** The Kubernetes that charts are told of. */
export const kubernetesOption = (): Option =>
  new Option('--kube-version <version>', 'Kubernetes that charts are told of').default(
    systemMacros['kubernetes.version'],
  )

const pairs = (flags: string, description: string): Option =>
  new Option(flags, `${description}; may be repeated`)
    .default({})
    .argParser((pair: string, before: Record<string, string>) => {
      const at = pair.indexOf('=')
      if (at <= 0) throw new InvalidArgumentError('Write it like name=value.')
      return { ...before, [pair.slice(0, at)]: pair.slice(at + 1) }
    })

async function renderPack(path: string, options: Options): Promise<string> {
  const { values: file, layer, kubeVersion, valuesOnly } = options
  const { isFolder, tree } = await readLocalPack(path)
  const pack = await loadPack(tree)
  const own = file === undefined ? pack.values : await readFile(file, 'utf8')
  const text = applyPresets(own, readPresets(pack.presets), options.preset)
  const given = {
    variables: options.var,
    macros: options.macro,
    facts: { 'kubernetes.version': kubeVersion, ...options.fact },
  }
  const resolved = resolveMacros(text, givenScope(given, pack.manifest.name, readValues(text)), file)
  if (resolved.problems.length > 0) throw new PackError(resolved.problems)
  if (valuesOnly) return resolved.text
  const refusal = renderRefusal(isFolder, process.env)
  if (refusal !== null) throw new Error(refusal)
  const helm = await findHelm()
  if (helm === null)
    throw new Error('There is no helm on this machine. Start the platform once, or name one: ATRIUM_TOOL_HELM=<path>.')
  const renderer = helmRenderer({ helm, kubernetesVersion: kubeVersion, withDefinitions: true })
  const plan = planLayer(pack, resolved.text, layer ?? pack.manifest.name)
  return (
    await renderPlan(
      plan,
      pack.charts.map((chart) => chart.path),
      renderer,
    )
  )
    .map(textOf)
    .join('')
}

/** A text that begins a document, so that several are one text of manifests. */
function textOf({ path, outcome }: RenderedPart): string {
  if ('refused' in outcome) throw new Error(`${path}: ${outcome.refused}`)
  const text = outcome.text.endsWith('\n') ? outcome.text : `${outcome.text}\n`
  return text.startsWith('---') ? text : `---\n# Source: ${path}\n${text}`
}
