import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { layerKinds } from '@atrium/pack/format/pack-json.ts'
import { type ChartFacts, packOfChart, readChartFacts } from '@atrium/pack/import/chart-pack.ts'
import { loadPack } from '@atrium/pack/sources/load.ts'
import { type FoundImages, imagesOfObjects } from '@atrium/pack/transfer/pack-images.ts'
import { type Command, Option } from 'commander'
import { fetchChart } from '../../packs/chart-source.ts'
import { readCredentials } from '../../packs/credentials.ts'
import { type Helm, openHelm } from '../../packs/helm.ts'
import { type ReachOptions, withReachOptions } from '../../packs/registry.ts'
import { writeFolder } from '../../packs/write-folder.ts'

interface ImportOptions extends ReachOptions {
  repo?: string
  chartVersion?: string
  name?: string
  packVersion?: string
  displayName?: string
  namespace?: string
  layer: (typeof layerKinds)[number]
  addonType: string
  cloudType?: string[]
  values?: string
  out: string
}

/** `atrium pack import CHART [--repo URL] [--chart-version V] [--out DIR]` */
export const registerPackImport = (pack: Command): void => {
  withReachOptions(pack.command('import'))
    .description('make a pack of a Helm chart, with the images it needs')
    .argument('<chart>', 'folder, .tgz, oci://REGISTRY/PATH/CHART, or with --repo its name')
    .option('--repo <url>', 'Helm repository that holds the chart')
    .option('--chart-version <version>', 'without it the newest')
    .option('--name <name>', "of the pack, instead of the chart's")
    .option('--pack-version <version>', "of the pack, instead of the chart's")
    .option('--display-name <text>', 'as people see it')
    .option('--namespace <name>', "to install into; without it the pack's name")
    .addOption(new Option('--layer <kind>', 'that the pack is').choices(layerKinds).default('addon'))
    .option('--addon-type <text>', 'such as monitoring, logging, ingress', 'system app')
    .option('--cloud-type <types...>', 'clouds the pack is for; without it all')
    .option('--values <file>', 'to render with when images are looked for, where the chart needs some')
    .option('--out <dir>', 'where the folder NAME-VERSION is made', '.')
    .action((chart: string, options: ImportOptions) => importChart(chart, options))
}

async function importChart(chart: string, options: ImportOptions): Promise<void> {
  await using helm = await openHelm()
  const { repo, ca, chartVersion: version } = options
  const source = { chart, ...(repo && { repo }), ...(ca && { ca }), ...(version && { version }) }
  const { archive, repository, isOwn } = await fetchChart(
    source,
    helm,
    readCredentials(options.credentials, process.env),
  )
  const facts = await readChartFacts(archive, chart)
  const name = options.name ?? facts.name
  const namespace =
    options.namespace ??
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 63)
  const { images } = await imagesOfChart(facts, { archive, namespace, isOwn }, helm, options.values)
  const cloudTypes = options.cloudType ?? ['all']
  const files = packOfChart(facts, archive, {
    ...{ name, namespace, repository, images, cloudTypes },
    ...{ layer: options.layer, addonType: options.addonType },
    ...(options.packVersion !== undefined && { version: options.packVersion }),
    ...(options.displayName !== undefined && { displayName: options.displayName }),
  })
  const { manifest } = await loadPack(files)
  const target = join(options.out, `${manifest.name}-${manifest.version}`)
  if (existsSync(target)) throw new Error(`${target} is there already. Remove it, or choose another folder: --out DIR`)
  writeFolder(target, files)
  process.stdout.write(`${target}: chart ${facts.name} ${facts.version}, ${images.length} images\n`)
}

/** A chart that does not render by itself makes a pack all the same: its images can be listed by hand. */
async function imagesOfChart(
  { name, version }: ChartFacts,
  { archive, namespace, isOwn }: { archive: Buffer; namespace: string; isOwn: boolean },
  helm: Helm,
  valuesFile: string | undefined,
): Promise<FoundImages> {
  const valuesText = valuesFile === undefined ? '' : readFileSync(valuesFile, 'utf8')
  const renderer = helm.rendererFor(isOwn)
  const rendered = await renderer.render({ releaseName: name, namespace, chart: archive, valuesText })
  if ('text' in rendered) return imagesOfObjects(rendered.text)
  process.stderr.write(
    `Chart ${name} ${version} does not render, so its images are not listed: ${rendered.refused}\nGive it what it needs, --values FILE, or list them below pack.content.images.\n`,
  )
  return { images: [], unreadable: [] }
}
