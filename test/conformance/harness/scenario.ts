import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Conversation, formatConversation } from '../recorder/conversation.ts'
import { distil } from '../recorder/distil.ts'
import { type RecordingProxy, startProxy } from '../recorder/proxy.ts'
import type { ForeignClient } from './find-client.ts'
import type { TestPlatform } from './platform.ts'
import { type ClientSettings, settingsOf } from './settings.ts'
import { openWorkspace, type Workspace } from './workspace.ts'

/** A scenario against a real platform, everything said being written down. */
export interface Scenario {
  workspace: Workspace
  /** What follows belongs to this step. */
  begin(step: string): void
  /**
   * Writes the conversation when it is recorded; otherwise resolves to what the client said that the recorded one
   * lacks: operations, each with the status of its answer.
   */
  unrecorded(): string[]
  /** What the client lets its users say, here and as it is recorded; when it is recorded, written before. */
  settings(): Promise<{ said: ClientSettings; recorded: ClientSettings }>
  close(): Promise<void>
}

const root = join(import.meta.dirname, '..')

/** `ATRIUM_CONFORMANCE_RECORD=1`: conversations are written anew. */
export const isRecording = process.env.ATRIUM_CONFORMANCE_RECORD === '1'
/** A binary does not say which version it is. */
const version = process.env.ATRIUM_TF_PROVIDER_VERSION ?? ''
const client = `terraform-provider-spectrocloud ${version}`

export interface ScenarioOptions {
  /** Of its file below `conversations`. */
  name: string
  /** Folder below `scenarios`. Default: the name. */
  configuration?: string
  /** One request after the other. Default: only while recording, so that there is one order to record. */
  inOrder?: boolean
}

export async function openScenario(
  { name, configuration = name, inOrder = isRecording }: ScenarioOptions,
  found: ForeignClient,
  platform: TestPlatform,
): Promise<Scenario> {
  if (isRecording && !/^\d+\.\d+\.\d+$/.test(version)) {
    throw new Error('ATRIUM_TF_PROVIDER_VERSION: say which version of the client is recorded, e.g. 0.29.2')
  }
  const { apiKey, project } = platform.credentials
  const proxy = await startProxy(platform.url, platform.authority)
  const endpoint = { host: proxy.host, apiKey, project: project.name }
  const workspace = openWorkspace(found, join(root, 'scenarios', configuration), endpoint, { inOrder })
  return {
    workspace,
    begin: (step) => proxy.begin(step),
    unrecorded: () => compare(name, proxy),
    settings: async () => compareSettings(settingsOf(await workspace.schema())),
    async close() {
      await proxy.close()
      workspace.remove()
    },
  }
}

function compare(name: string, { exchanges }: RecordingProxy): string[] {
  const file = join(root, 'conversations', `${name}.json`)
  const heard = distil({ scenario: name, client }, exchanges)
  if (isRecording) writeFileSync(file, formatConversation(heard))
  const known = operationsOf(JSON.parse(readFileSync(file, 'utf8')) as Conversation)
  return [...operationsOf(heard)].filter((operation) => !known.has(operation))
}

function compareSettings(said: ClientSettings): Awaited<ReturnType<Scenario['settings']>> {
  const file = join(root, 'client-settings.json')
  if (isRecording) writeFileSync(file, `${JSON.stringify({ client, ...said }, null, 2)}\n`)
  const { client: _, ...recorded } = JSON.parse(readFileSync(file, 'utf8')) as ClientSettings & { client: string }
  return { said, recorded }
}

const operationsOf = ({ steps }: Conversation): Set<string> =>
  new Set(steps.flatMap(({ exchanges }) => exchanges.map(({ operation, answer }) => `${operation} ${answer.status}`)))
