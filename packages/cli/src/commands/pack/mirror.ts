import { readChartFacts } from '@atrium/pack/import/chart-pack.ts'
import { mirroredAt } from '@atrium/pack/transfer/layout.ts'
import { imagesOfObjects } from '@atrium/pack/transfer/pack-images.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { type Command, Option } from 'commander'
import { several } from '../../nouns/options.ts'
import { untilInterrupted } from '../../output/interrupt.ts'
import { fetchChart } from '../../packs/chart-source.ts'
import { type Helm, openHelm } from '../../packs/helm.ts'
import { Mirror } from '../../packs/mirror.ts'
import { type Item, openOrigins, openSource, openTarget, type Source } from '../../packs/places.ts'
import { createProgress } from '../../packs/progress.ts'
import { type Reach, type ReachOptions, reachRegistries, withReachOptions } from '../../packs/registry.ts'

interface MirrorOptions extends ReachOptions {
  from: string
  to: string
  all?: boolean
  chart?: string[]
  images: boolean
  map?: string[]
  replace?: boolean
  allowMissing?: boolean
}

/** `atrium pack mirror [PACK…] --from SOURCE --to TARGET` */
export const registerPackMirror = (pack: Command): void => {
  withReachOptions(pack.command('mirror'))
    .description('copy packs, charts and their images between registries, or to a bundle and back')
    .argument('[packs...]', 'NAME:VERSION, NAME@sha256:DIGEST, or NAME for its newest version')
    .requiredOption('--from <source>', 'registry with its base path, or a bundle (FILE.tar)')
    .requiredOption('--to <target>', 'registry with its base path, or a bundle to make (FILE.tar)')
    .option('--all', 'every pack of a registry; everything in a bundle')
    .addOption(several('--chart <chart>', 'a Helm chart as well: oci://REGISTRY/PATH/CHART:VERSION, folder or .tgz'))
    .addOption(several('--map <host=registry>', 'read images of this host from another registry'))
    .addOption(new Option('--no-images', 'packs and charts alone'))
    .option('--replace', 'a version that the target holds with other content is overwritten')
    .option('--allow-missing', 'images that are nowhere are left out')
    .action((packs: string[], options: MirrorOptions) => untilInterrupted((signal) => mirror(packs, options, signal)))
}

async function mirror(packs: readonly string[], options: MirrorOptions, signal: AbortSignal): Promise<void> {
  if (packs.length === 0 && !options.all && !options.chart)
    throw new Error('Name what to mirror: packs, --chart CHART, or everything: --all')
  await using reach = reachRegistries(options)
  await using source = await openSource(options.from, reach)
  await using target = await openTarget(options.to, reach)
  // What a bundle holds was found when it was made.
  const needsHelm = options.images && !(source.isAlone && options.all)
  await using helm = needsHelm || options.chart ? await openHelm() : null
  const run = new Mirror({
    ...{ source, target, helm: options.images ? helm : null, signal },
    origins: openOrigins(options.map ?? [], reach),
    replace: options.replace === true,
    allowMissing: options.allowMissing === true,
    progress: createProgress(systemClock),
    done: (line) => void process.stdout.write(`${line}\n`),
  })
  const items = await wanted(packs, options, source)
  if (source.isAlone && options.all) await run.everything(items)
  else await run.packs(items)
  for (const chart of options.chart ?? []) await mirrorChart(chart, run, options, helm, reach)
  await run.images()
  if (run.failures.length > 0)
    throw new Error(
      `${run.failures.length} failed; everything else is there. The same command goes on where this one ended.`,
    )
  await target.finish()
}

const wanted = async (packs: readonly string[], { all, images }: MirrorOptions, source: Source): Promise<Item[]> =>
  all
    ? (await source.all()).filter((item) => images || mirroredAt(item.repository, item.reference)?.kind !== 'image')
    : Promise.all(packs.map((pack) => source.locate(pack)))

async function mirrorChart(
  wantedChart: string,
  run: Mirror,
  options: MirrorOptions,
  helm: Helm | null,
  reach: Reach,
): Promise<void> {
  if (helm === null) return
  const [, chart = wantedChart, version] = /^(oci:\/\/.+):([^/:]+)$/.exec(wantedChart) ?? []
  const source = {
    chart,
    ...(version !== undefined && { version }),
    ...(options.ca !== undefined && { ca: options.ca }),
  }
  const { archive, isOwn } = await fetchChart(source, helm, reach.credentials)
  const facts = await readChartFacts(archive, chart)
  const request = { releaseName: facts.name, namespace: 'default', chart: archive, valuesText: '' }
  const rendered = options.images ? await helm.rendererFor(isOwn).render(request) : { text: '' }
  if ('refused' in rendered) throw new Error(`${wantedChart} does not render: ${rendered.refused}`)
  await run.chart({ name: facts.name, version: facts.version, archive }, imagesOfObjects(rendered.text).images)
}
