import type { v1UserAssetSsh, v1UserAssetSshEntity } from '@atrium/api/generated/operations.d.ts'
import type { SshKeySpec } from '@atrium/api/kinds/ssh-key.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { invalid } from '../../invalid.ts'
import { parseMeta, viewMeta } from '../../shapes/meta.ts'
import { withUnknown } from '../../shapes/unknown.ts'

const maxLetters = 16 * 1024
const keyForm = /^(?<type>[a-z][\w.@-]*) (?<blob>[A-Za-z0-9+/]+={0,2})( [^\r\n]*)?$/

/** Whether the text is one public key as OpenSSH writes it: the encoded part begins with the name of the type. */
function isPublicKey(text: string): boolean {
  const { type = '', blob = '' } = keyForm.exec(text)?.groups ?? {}
  const bytes = Buffer.from(blob, 'base64')
  return bytes.length > 4 + type.length && bytes.subarray(4, 4 + type.length).toString() === type && type !== ''
}

export function parseSshKey(
  { metadata, spec }: v1UserAssetSshEntity,
  unknown: SshKeySpec['unknown'],
): ReturnType<typeof parseMeta> & { spec: SshKeySpec } {
  const publicKey = spec?.publicKey ?? ''
  if (publicKey.length > maxLetters || !isPublicKey(publicKey.trim())) {
    throw invalid('spec.publicKey', 'is no public key of OpenSSH. Send the one line of the file that ends in .pub')
  }
  return { ...parseMeta(metadata), spec: { publicKey, ...(unknown && { unknown }) } }
}

export const viewSshKey = ({ meta, spec }: StoredObject<'SshKey'>): v1UserAssetSsh =>
  withUnknown({ metadata: viewMeta(meta), spec: { publicKey: spec.publicKey } }, spec.unknown)
