import { createHash } from 'node:crypto'
import type { Random } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'

/**
 * Bearer tokens of the link: `<tenant>.<cluster uid>.<256 random bits>`. The first two only say where to look; the
 * whole text is what is hashed and compared.
 */
export interface LinkToken {
  tenant: string
  clusterUid: string
  hash: Buffer
}

const SHAPE = /^([A-Za-z0-9_-]{1,64})\.([0-9a-f]{24})\.[A-Za-z0-9_-]{43}$/

export const newLinkToken = (
  tenant: string,
  clusterUid: string,
  random: Random,
): LinkToken & { secret: Secret<string> } => {
  const text = `${tenant}.${clusterUid}.${random.bytes(32).toString('base64url')}`
  return { tenant, clusterUid, hash: hashOf(text), secret: new Secret(text) }
}

/** Null when the text has not the shape of a token. */
export const parseLinkToken = (text: string): LinkToken | null => {
  const [, tenant, clusterUid] = SHAPE.exec(text) ?? []
  return tenant && clusterUid ? { tenant, clusterUid, hash: hashOf(text) } : null
}

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest()
