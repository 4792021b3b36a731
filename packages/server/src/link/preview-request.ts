import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import { type PreviewRequest, previewLimits } from '@atrium/api/link/preview.ts'
import { newUid, type Random } from '@atrium/runtime/base/random.ts'
import type { Store } from '@atrium/runtime/store/store.ts'
import type { AgentName } from './agent-name.ts'
import { blobsOf, repositoriesOf } from './desired.ts'
import { givenState } from './given.ts'
import type { IssueRegistryToken } from './routes.ts'

/** What the cluster would be given. Nothing of it is stored. */
export interface PreviewQuestion {
  desired: DesiredState
  /** Values and manifests of `desired`, by digest. */
  texts: ReadonlyMap<string, Buffer>
}

export interface PreviewRequestDeps {
  store: Store
  random: Random
  issueRegistryToken: IssueRegistryToken
  registryUrl: string | null
}

const packed = promisify(gzip)

/** The question as it is sent, with what the agent could not fetch itself; or why it cannot be sent. */
export async function previewRequest(
  deps: PreviewRequestDeps,
  agent: AgentName,
  { desired, texts }: PreviewQuestion,
): Promise<PreviewRequest | string> {
  const present = await givenState(deps.store, agent)
  const known = present ? blobsOf(present) : new Set()
  const fresh = [...texts].filter(([digest]) => !known.has(digest))
  const bytes = fresh.reduce((sum, [, content]) => sum + content.length, 0)
  const tooLarge = `the changed values and manifests are too large to send (${bytes} bytes)`
  // JSON may write each character in two.
  if (bytes > previewLimits.textsBytes / 2) return tooLarge
  const json = JSON.stringify(Object.fromEntries(fresh.map(([digest, content]) => [digest, content.toString()])))
  const sent = (await packed(json)).toString('base64')
  if (sent.length > previewLimits.packedBytes) return tooLarge
  const tokens = await repositoryTokens(deps, agent, desired, present)
  return { type: 'preview', id: newUid(deps.random), desired, texts: sent, tokens, limitMs: previewLimits.timeMs }
}

/** For repositories that the agent could not ask for itself: only what it has been given opens them. */
async function repositoryTokens(
  { registryUrl, issueRegistryToken }: PreviewRequestDeps,
  agent: AgentName,
  desired: DesiredState,
  present: DesiredState | null,
): Promise<PreviewRequest['tokens']> {
  if (registryUrl === null) return []
  const opened = present ? repositoriesOf(present, registryUrl) : new Set()
  const tokens: PreviewRequest['tokens'] = []
  for (const repository of repositoriesOf(desired, registryUrl)) {
    if (opened.has(repository)) continue
    tokens.push({ repository, token: (await issueRegistryToken(agent, repository)).token })
  }
  return tokens
}
