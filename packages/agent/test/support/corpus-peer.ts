import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { goProgram } from '@atrium/dev-env/go-program.ts'
import { toolPath } from '@atrium/dev-env/tool-paths.ts'
import type { KubeClient } from '@atrium/kube/client.ts'
import { KubeError } from '@atrium/kube/errors.ts'
import type { KubeObject } from '@atrium/kube/object.ts'
import { withData } from '@atrium/kube/secret-data.ts'
import type { DeclaredObject } from '../../src/layers/records.ts'
import { type CorpusCase, corpus } from './corpus.ts'
import { confusion, matrixLines } from './corpus-matrix.ts'

/** One case as the other tool is asked about it: `index` is the one in the corpus. */
export interface PeerCase {
  index: number
  manager: string
  declared: KubeObject
  live: KubeObject | null
  /** What the server made of a dry run; null when it refused, for the reason in `refused`. */
  desired: KubeObject | null
  refused: string
}

interface PeerAnswer {
  index: number
  way: string
  drift: boolean
  error?: string
}

const run = promisify(execFile)
const MOST_OUTPUT = 64 * 1024 * 1024

/** To be asked while the object is as the case wants it. */
export async function peerCase(
  client: KubeClient,
  declared: DeclaredObject,
  live: KubeObject | null,
  index: number,
): Promise<PeerCase> {
  const { object, manager } = declared
  const asked = { index, manager, declared: object, live }
  if (!live) return { ...asked, desired: null, refused: '' }
  try {
    // It turns texts of Secrets into data before it asks the server.
    const desired = await client.apply(withData(object), { fieldManager: manager, force: true, dryRun: true })
    return { ...asked, desired, refused: '' }
  } catch (error) {
    if (!(error instanceof KubeError)) throw error
    return { ...asked, desired: null, refused: error.message }
  }
}

/** Asks Argo CD's comparison about the cases, in its three ways; minutes when it was never built on this machine. */
export async function askPeer(kubeconfigPath: string, cases: readonly PeerCase[]): Promise<PeerAnswer[]> {
  const folder = await mkdtemp(join(tmpdir(), 'atrium-peer-'))
  try {
    const [casesPath, openapiPath] = [join(folder, 'cases'), join(folder, 'openapi.json')]
    await writeFile(casesPath, cases.map((one) => JSON.stringify(one)).join('\n'))
    const kubectl = ['--kubeconfig', kubeconfigPath, 'get', '--raw', '/openapi/v2']
    const openapi = await run(toolPath('kubectl'), kubectl, { maxBuffer: MOST_OUTPUT })
    await writeFile(openapiPath, openapi.stdout)
    const { stdout } = await run(await goProgram('peer-diff'), [casesPath, openapiPath], { maxBuffer: MOST_OUTPUT })
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as PeerAnswer)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** For each way the matrix of the cases, and those it judges otherwise than the corpus does. */
export function printedPeer(answers: readonly PeerAnswer[]): string {
  const ways = Map.groupBy(answers, ({ way }) => way)
  return [...ways].map(([way, given]) => printedWay(`Argo CD, ${way}`, given)).join('\n')
}

function printedWay(title: string, answers: readonly PeerAnswer[]): string {
  const judged = answers.flatMap((answer) => {
    const one = corpus[answer.index]
    return one ? [{ one, ...answer }] : []
  })
  const able = judged.filter(({ error }) => error === undefined)
  const unable = judged.filter(({ error }) => error !== undefined)
  const pairs = able.map(({ one, drift }) => ({ isDrift: isDrift(one), isSaid: drift }))
  const wrong = able.filter(({ one, drift }) => drift !== isDrift(one))
  return [
    `${title}: ${judged.length} cases, of which it cannot tell ${unable.length}`,
    ...matrixLines(confusion(pairs)),
    ...wrong.map(({ one, drift }) => `  ${drift ? 'false ' : 'missed'} ${one.group}: ${one.name}`),
    ...unable.map(
      ({ one, error }) => `  cannot tell ${one.group}: ${one.name}: ${error?.split('\n')[0]?.slice(0, 200)}`,
    ),
  ].join('\n')
}

const isDrift = ({ verdict }: CorpusCase): boolean => verdict !== 'none'
