import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readArchive } from '@atrium/pack/sources/archive.ts'
import { writeArchive } from '@atrium/pack/sources/write-archive.ts'
import type { Credentials } from './credentials.ts'
import type { Helm } from './helm.ts'

/** A chart, wherever it lies. */
export interface ChartSource {
  /** Folder, archive, `oci://…`, or with `repo` the name of a chart there. */
  chart: string
  repo?: string
  version?: string
  /** PEM of authorities to trust. */
  ca?: string
}

/**
 * A chart's archive, and where it came from: empty for this machine. Helm itself fetches it, picks its version and checks its digest. `isOwn`: it
 * lies in a folder.
 */
export async function fetchChart(
  source: ChartSource,
  helm: Helm,
  credentials: Credentials,
): Promise<{ archive: Buffer; repository: string; isOwn: boolean }> {
  const { chart, repo } = source
  if (repo !== undefined)
    return { archive: await fromRepository(source, repo, helm, credentials), repository: repo, isOwn: false }
  if (chart.startsWith('oci://')) {
    const archive = await pull([chart, ...versionOf(source)], source, helm, { HELM_REGISTRY_CONFIG: credentials.file })
    return { archive, repository: chart.slice(0, chart.lastIndexOf('/')), isOwn: false }
  }
  if (!existsSync(chart))
    throw new Error(`There is no chart ${chart}. Give a folder, a .tgz, oci://…, or --repo URL with its name.`)
  const isOwn = statSync(chart).isDirectory()
  return { archive: isOwn ? await packed(chart, helm) : readFileSync(chart), repository: '', isOwn }
}

/** Name and password lie in a file of helm's for the owner alone: arguments can be read by others. */
async function fromRepository(
  source: ChartSource,
  repo: string,
  helm: Helm,
  credentials: Credentials,
): Promise<Buffer> {
  if (!/^https?:\/\//.test(repo) || !URL.canParse(repo))
    throw new Error(`--repo: '${repo}' is no address of a Helm repository.`)
  const found = await credentials.of(new URL(repo).host)
  if (found !== null && !repo.startsWith('https:'))
    throw new Error(`${repo}: credentials are not sent in the clear. Use https.`)
  const repository = {
    name: 'source',
    url: repo,
    ...(found !== null && { username: found.username, password: found.password.reveal() }),
    ...(source.ca !== undefined && { caFile: resolve(source.ca) }),
  }
  const file = join(helm.folder, 'repositories.yaml')
  writeFileSync(file, JSON.stringify({ apiVersion: '', repositories: [repository] }), { mode: 0o600 })
  const env = { HELM_REPOSITORY_CONFIG: file }
  await helm.run(['repo', 'update', 'source'], env)
  return pull([`source/${source.chart}`, ...versionOf(source)], source, helm, env)
}

const versionOf = ({ version }: ChartSource): string[] => (version === undefined ? [] : ['--version', version])

async function pull(
  words: readonly string[],
  { ca }: ChartSource,
  helm: Helm,
  env: NodeJS.ProcessEnv,
): Promise<Buffer> {
  const target = mkdtempSync(join(helm.folder, 'pulled-'))
  await helm.run(
    ['pull', ...words, '--destination', target, ...(ca === undefined ? [] : ['--ca-file', resolve(ca)])],
    env,
  )
  return readFileSync(onlyArchive(target))
}

/** As helm packs it, without times: the same folder makes the same pack. */
async function packed(folder: string, helm: Helm): Promise<Buffer> {
  const target = mkdtempSync(join(helm.folder, 'packed-'))
  await helm.run(['package', resolve(folder), '--destination', target])
  return writeArchive(await readArchive(readFileSync(onlyArchive(target)), folder))
}

function onlyArchive(folder: string): string {
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  if (file === undefined) throw new Error('helm brought no chart archive.')
  return join(folder, file)
}
