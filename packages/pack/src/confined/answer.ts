import { PackError, type Problem } from '../format/problems.ts'
import { cutBatch, type GitFile } from '../sources/git/batch.ts'
import { packOfChart } from '../sources/helm/chart-pack.ts'
import { type HelmIndex, readHelmIndex } from '../sources/helm/index-file.ts'
import { packArtifact } from '../sources/oci/artifact.ts'
import type { OciManifest } from '../sources/oci/types.ts'
import { entryOf, type PackEntry, readPackSummary } from '../sources/summary.ts'

/** What is asked of a text or an archive that a stranger wrote. */
export type Question =
  | { about: 'archive'; source: string }
  | { about: 'chart'; name: string; version: string; description: string }
  /** The content is what git answers for these files. */
  | { about: 'folder'; files: GitFile[] }
  | { about: 'index'; base: string; only?: string }

/** A pack that was made of a chart or a folder; its archive comes beside it. */
export interface MadePack {
  entry: PackEntry
  manifest: OciManifest
  /** Of the manifest. */
  digest: string
}

export type Answer = { found: PackEntry | MadePack | HelmIndex } | { problems: readonly Problem[] }

/** The job of a confined process: everything that parses what registries hold. */
export async function run(question: Question, content: Buffer): Promise<{ output: Answer; bytes?: Buffer }> {
  try {
    return await answer(question, content)
  } catch (error) {
    if (error instanceof PackError) return { output: { problems: error.problems } }
    throw error
  }
}

async function answer(question: Question, content: Buffer): Promise<{ output: Answer; bytes?: Buffer }> {
  switch (question.about) {
    case 'archive':
      return { output: { found: entryOf(await readPackSummary(content, question.source)) } }
    case 'index':
      return { output: { found: readHelmIndex(content.toString('utf8'), question.base, question.only) } }
    case 'chart':
      return made(await packOfChart(question, content))
    case 'folder':
      return made(cutBatch(content, question.files))
  }
}

async function made(files: Map<string, Uint8Array>): Promise<{ output: Answer; bytes: Buffer }> {
  const { pack, archive, manifest, digest } = await packArtifact(files)
  return { output: { found: { entry: entryOf(pack), manifest, digest } }, bytes: archive }
}
