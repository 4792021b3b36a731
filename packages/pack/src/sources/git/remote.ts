import type { Readable } from 'node:stream'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import type { Egress } from '@atrium/runtime/egress/egress.ts'
import { EgressError } from '@atrium/runtime/egress/error.ts'
import { packError } from '../../format/problems.ts'
import { OciError } from '../oci/types.ts'
import { delimiter, flush, packet, packetsOf } from './packet.ts'

export interface GitRemoteOptions {
  /** `https://host/path/repository.git`. */
  url: string
  egress: Egress
  /** Shown to this server only. */
  authorization: Secret<string> | null
  caBundle: string
}

export const gitLimits = { refsBytes: 4 * 1024 * 1024, packBytes: 512 * 1024 * 1024, timeoutMs: 600_000 } as const

const COMMIT = /^[0-9a-f]{40}$/

/**
 * The part of git's protocol (version 2, over HTTP) that reads one commit. The conversation is ours because every outgoing connection goes
 * through the one guarded client, which `git` itself would not; what comes is given to `git`.
 */
export class GitRemote {
  readonly #options: GitRemoteOptions

  constructor(options: GitRemoteOptions) {
    this.#options = options
  }

  /** The commit that a branch, tag or `HEAD` names. Throws `PackError` when there is none. */
  async commitOf(ref: string, signal?: AbortSignal): Promise<string> {
    if (COMMIT.test(ref)) return ref
    const names = ref === 'HEAD' ? ['HEAD'] : [`refs/heads/${ref}`, `refs/tags/${ref}`]
    const body = command('ls-refs', ['peel\n', ...names.map((name) => `ref-prefix ${name}\n`)])
    const found = new Map<string, string>()
    for await (const line of await this.#ask(body, gitLimits.refsBytes, signal)) {
      if (typeof line === 'string') continue
      const [, commit = '', name = '', peeled] =
        /^([0-9a-f]{40}) (\S+)(?:.* peeled:([0-9a-f]{40}))?/.exec(line.toString('utf8')) ?? []
      found.set(name, peeled ?? commit)
    }
    const commit = names.map((name) => found.get(name)).find((one) => one !== undefined)
    if (commit === undefined) throw packError('git', `the repository has no branch or tag '${ref}'`)
    return commit
  }

  /** The packfile of this commit without its history. */
  async *packfile(commit: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
    const wants = ['no-progress\n', 'ofs-delta\n', 'deepen 1\n', `want ${commit}\n`, 'done\n']
    let isPack = false
    for await (const line of await this.#ask(command('fetch', wants), gitLimits.packBytes, signal)) {
      if (typeof line === 'string') continue
      if (!isPack) {
        isPack = line.toString('utf8') === 'packfile\n'
        if (line.subarray(0, 4).toString() === 'ERR ') throw packError('git', `the server refuses commit ${commit}`)
      } else if (line[0] === 1) yield line.subarray(1)
      else if (line[0] === 3) throw packError('git', 'the server broke off with an error of its own')
    }
    if (!isPack) throw packError('git', 'the server sent no content')
  }

  async #ask(body: string, maxBytes: number, signal: AbortSignal | undefined) {
    const { url, egress, authorization, caBundle } = this.#options
    try {
      const response = await egress.request(`${url}/git-upload-pack`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-git-upload-pack-request',
          accept: 'application/x-git-upload-pack-result',
          'git-protocol': 'version=2',
          ...(authorization && { authorization: authorization.reveal() }),
        },
        body,
        maxBytes,
        timeoutMs: gitLimits.timeoutMs,
        ...(caBundle && { caBundle }),
        ...(signal && { signal }),
      })
      if (response.status === 200) return packetsOf(response.stream as Readable)
      response.discard()
      throw new OciError(response.status, `the git server answered ${response.status}`)
    } catch (error) {
      if (error instanceof EgressError)
        throw new OciError(0, `the git server cannot be reached: ${error.message}`, error)
      throw error
    }
  }
}

const command = (name: string, lines: readonly string[]): string =>
  [packet(`command=${name}\n`), packet('agent=atrium\n'), delimiter, ...lines.map(packet), flush].join('')
