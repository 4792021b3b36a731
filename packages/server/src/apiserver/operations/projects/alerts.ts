import type { v1Alert, v1Channel } from '@atrium/api/generated/operations.d.ts'
import type { AlertChannel } from '@atrium/api/kinds/project.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { can, type Subject } from '../../../auth/rights/subject.ts'
import { checkEmail } from '../../../auth/users.ts'
import { invalid } from '../../invalid.ts'
import { maskedValue } from '../../shapes/masked.ts'

type Project = StoredObject<'Project'>
type Call = NonNullable<v1Channel['http']>

/** What a project can be told of, and how. */
export const alertComponents = [
  {
    name: 'ClusterHealth',
    description: 'The health of a cluster changes',
    supportedChannels: ['email', 'app', 'http'],
  },
]
const most = { identifiers: 100, letters: 16 * 1024 } as const

export function mustBeComponent(component: string): void {
  if (alertComponents.some(({ name }) => name === component)) return
  const known = alertComponents.map(({ name }) => name).join(', ')
  throw invalid('component', `nothing is told of '${component.slice(0, 60)}'. There are: ${known}`)
}

/** A channel of a request. Whom it calls and with which headers is apart: addresses of web hooks are secrets, too. */
export interface GivenChannel {
  channel: AlertChannel
  call: Call | null
}

export function parseChannel(sent: v1Channel, field: string, uid: string, author: string): GivenChannel {
  const { type, http, isActive = false, alertAllUsers = false } = sent
  const identifiers = sent.identifiers ?? []
  if (type === undefined) throw invalid(`${field}.type`, 'is missing. Name email, app or http')
  if (JSON.stringify(sent).length > most.letters) throw invalid(field, `is larger than ${most.letters} letters`)
  if (identifiers.length > most.identifiers) throw invalid(`${field}.identifiers`, `are more than ${most.identifiers}`)
  if (type === 'email') for (const address of identifiers) checkEmail(address, `${field}.identifiers`)
  if (type === 'http' && !/^https?:\/\/[^/]/.test(http?.url ?? '')) {
    throw invalid(`${field}.http.url`, 'is no address of a web server')
  }
  const createdBy = sent.createdBy || author
  return { channel: { uid, type, isActive, alertAllUsers, identifiers, createdBy }, call: http ?? null }
}

export const channelsOf = ({ spec: { alerts = {} } }: Project, component: string): AlertChannel[] =>
  Object.hasOwn(alerts, component) ? (alerts[component] ?? []) : []

/** The channel of this uid; one of another project or component is none. */
export function channelOf(project: Project, component: string, uid: string): AlertChannel {
  const channel = channelsOf(project, component).find((one) => one.uid === uid)
  if (channel) return channel
  throw new AtriumError('ResourceNotFound', `Alert '${uid}' of '${component.slice(0, 60)}' is not found.`)
}

const refOf = ({ meta }: Project) => ({ kind: 'Project', uid: meta.uid })
const callField = (uid: string): string => `alert.${uid}`

/** Replaces the channels of one component. `given` are those of them that were sent, with what they call. */
export async function putChannels(
  tx: Tx,
  project: Project,
  component: string,
  channels: AlertChannel[],
  given: readonly GivenChannel[],
): Promise<void> {
  const { [component]: _, ...others } = project.spec.alerts ?? {}
  const alerts = channels.length > 0 ? { ...others, [component]: channels } : others
  await tx.update('Project', project.meta.uid, { spec: { ...project.spec, alerts } })
  const gone = channelsOf(project, component).filter(({ uid }) => !channels.some((kept) => kept.uid === uid))
  for (const { uid } of gone) await tx.removeSecret(refOf(project), callField(uid))
  for (const { channel, call } of given) {
    if (call) await tx.putSecret(refOf(project), callField(channel.uid), new Secret(JSON.stringify(call)))
    else await tx.removeSecret(refOf(project), callField(channel.uid))
  }
}

/** What it calls is shown to those who may change it. */
export async function viewChannel(
  tx: Tx,
  subject: Subject,
  project: Project,
  channel: AlertChannel,
): Promise<v1Channel> {
  if (channel.type !== 'http') return channel
  if (!can(subject, 'project.update', project.meta.uid)) return { ...channel, http: { url: maskedValue } }
  const call = await tx.getSecret(refOf(project), callField(channel.uid))
  return { ...channel, http: call === null ? {} : (JSON.parse(call.reveal()) as Call) }
}

/** The alerts of a project as it shows them itself. */
export async function viewAlerts(tx: Tx, subject: Subject, project: Project): Promise<v1Alert[]> {
  const views: v1Alert[] = []
  for (const [component, channels] of Object.entries(project.spec.alerts ?? {})) {
    const shown: v1Channel[] = []
    for (const channel of channels) shown.push(await viewChannel(tx, subject, project, channel))
    views.push({ component, channels: shown })
  }
  return views
}
