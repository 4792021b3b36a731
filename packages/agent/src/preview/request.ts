import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { type PreviewRequest, previewLimits } from '@atrium/api/link/preview.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { BlobCache } from '../desired/blobs.ts'
import type { PackSource } from '../layers/content.ts'
import { sha256 } from '../names.ts'

const unpacked = promisify(gunzip)

/** Texts of a request by digest, each what its digest says. */
export async function readTexts({ texts }: Pick<PreviewRequest, 'texts'>): Promise<Map<string, Buffer>> {
  const json = await unpacked(Buffer.from(texts, 'base64'), { maxOutputLength: previewLimits.textsBytes })
  const entries = Object.entries(JSON.parse(json.toString('utf8')) as Record<string, string>)
  return new Map(
    entries.map(([digest, text]) => {
      const content = Buffer.from(text)
      if (`sha256:${sha256(content)}` !== digest) throw new Error(`the text ${digest} is not what its name says`)
      return [digest, content]
    }),
  )
}

/** Values and manifests of a request; what it does not bring is read where it is, and nothing is kept. */
export const blobsOf = (
  texts: ReadonlyMap<string, Buffer>,
  blobs: Pick<BlobCache, 'peek'>,
): Pick<BlobCache, 'get'> => ({
  get: async (digest, signal) => texts.get(digest) ?? blobs.peek(digest, signal),
})

/** Packs, with the tokens of a request for repositories that the plane opens for it alone. */
export const packsOf = ({ tokens }: Pick<PreviewRequest, 'tokens'>, packs: PackSource): PackSource => {
  const known = new Map(tokens.map(({ repository, token }) => [repository, new Secret(token)]))
  return { pull: (pack, signal) => packs.pull(pack, signal, known.get(pack.repository)) }
}
