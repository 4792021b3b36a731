import type { Operation } from '@atrium/api/operations/table.ts'
import type { FastifyReply } from 'fastify'
import { type IfMatch, NamedVersion } from '../../admission/named-object.ts'
import type { Subject } from '../../auth/rights/subject.ts'
import { invalid } from '../invalid.ts'
import type { Route } from './router.ts'

const uidName = /uid$/i
const form = /^(W\/)?"([\x21\x23-\x7e]{0,100})"$/
const most = 20

/** What `If-Match` asks for; null = nothing. A proxy that packs answers marks their versions as weak: the same version still. */
function parseIfMatch(sent: string | undefined): IfMatch | null {
  if (sent === undefined) return null
  if (sent.trim() === '*') return 'any'
  const tags = sent.split(',', most + 1).map((tag) => form.exec(tag.trim()))
  if (tags.length > most || tags.some((tag) => tag === null))
    throw invalid('If-Match', 'is no version: send what an answer gave as ETag, in its quotation marks, or *')
  return new Set(tags.map((tag) => `"${tag?.[2]}"`))
}

/** The subject asking about the object that the path names last: what stands before is where it belongs. */
export function withNamed(subject: Subject, { operation, params }: Route, ifMatch: string | undefined): Subject {
  const uid = Object.entries(params).findLast(([name]) => uidName.test(name))?.[1] ?? null
  const asked = operation.method === 'GET' ? null : parseIfMatch(ifMatch)
  if (uid === null && asked === null) return subject
  return { ...subject, named: new NamedVersion(uid, asked) }
}

/** Operations whose path ends with the uid of one object. */
const endsWithUid = /\/\{\w*uid\}$/i

/** Gives the version of the object that was read or changed. */
export function sendVersion({ method, path }: Operation, subject: Subject | null, reply: FastifyReply): void {
  if (method === 'POST' || method === 'DELETE' || !(subject?.named instanceof NamedVersion)) return
  const { etag } = subject.named
  if (etag !== null && (method !== 'GET' || endsWithUid.test(path))) reply.header('etag', etag)
}
