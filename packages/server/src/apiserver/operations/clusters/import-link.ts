import type { ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { canOn, type Subject } from '../../../auth/rights/subject.ts'
import { isSameSecret, newToken, readToken } from '../../../auth/tokens.ts'
import type { ServerContext } from '../../../context.ts'

type Cluster = StoredObject<'Cluster'>

const DAYS = 7
const LIFE_MS = DAYS * 24 * 3_600_000
const field = 'importToken'

/** `spec.import` of a cluster whose link is new: older ones are void as soon as `keepLink` has stored its token. */
export const newImport = (
  mode: NonNullable<ClusterSpec['import']>['mode'],
  clock: Clock,
): NonNullable<ClusterSpec['import']> => ({ mode, linkIssuedAt: isoNow(clock) })

/** Gives the cluster a new token for its link; the former one opens nothing any more. The tenant in it only says where to look. */
export async function keepLink(tx: Tx, tenant: string, uid: string, random: Random): Promise<void> {
  await tx.putSecret({ kind: 'Cluster', uid }, field, new Secret(newToken(tenant, random)))
}

/** Good for a week, until an agent has enrolled with it. */
function isLinkGood({ meta, spec, status }: Cluster, clock: Clock): boolean {
  if (!spec.import || meta.deletedAt !== null) return false
  const issuedMs = Date.parse(spec.import.linkIssuedAt)
  const enrolledMs = Date.parse(status.agent?.enrolledAt ?? '')
  return clock.now() - issuedMs < LIFE_MS && !(enrolledMs >= issuedMs)
}

/** The token of the link, for those who may import and change; undefined once it is of no use. */
export async function linkToken(
  tx: Tx,
  cluster: Cluster,
  subject: Subject,
  clock: Clock,
): Promise<Secret<string> | undefined> {
  const mayHave = (['cluster.import', 'cluster.update'] as const).every((name) => canOn(subject, name, cluster.meta))
  if (!mayHave || !isLinkGood(cluster, clock)) return undefined
  return (await tx.getSecret({ kind: 'Cluster', uid: cluster.meta.uid }, field)) ?? undefined
}

/** The command that brings the agent. It holds a credential. */
export async function importLink(
  tx: Tx,
  cluster: Cluster,
  subject: Subject,
  { clock, imports }: ServerContext,
): Promise<string | undefined> {
  const token = imports && (await linkToken(tx, cluster, subject, clock))
  if (!token) return undefined
  return `kubectl apply -f ${imports.url}/v1/spectroclusters/${cluster.meta.uid}/import/manifest?token=${token.reveal()}`
}

/** Tenant that the token of a link names; null when it has not the shape of one. */
export const tenantOfToken = (token: string): string | null => readToken(token)?.tenant ?? null

/** The cluster that the token opens. Throws one and the same error, whatever is wrong. */
export async function openLink(tx: Tx, uid: string, token: string, clock: Clock): Promise<Cluster> {
  const cluster = await tx.get('Cluster', uid)
  const stored = cluster && isLinkGood(cluster, clock) ? await tx.getSecret({ kind: 'Cluster', uid }, field) : null
  if (cluster && stored && isSameSecret(token, stored.reveal())) return cluster
  throw deadLink()
}

export const deadLink = (): AtriumError =>
  new AtriumError(
    'ResourceNotFound',
    `This link brings no agent: it is unknown, older than ${DAYS} days, or was used. Ask for a new one: PATCH /v1/spectroclusters/{uid}/import/upgrade.`,
  )
