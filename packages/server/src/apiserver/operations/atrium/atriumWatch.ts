import { Readable } from 'node:stream'
import { type KindName, kinds } from '@atrium/api/kinds/index.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { defineOperation } from '../../operation.ts'
import { eventStream } from './event-stream.ts'
import { takeStream } from './open-streams.ts'

function parseKinds(names: string[] | undefined): KindName[] | undefined {
  const unknown = names?.find((name) => !Object.hasOwn(kinds, name))
  if (unknown === undefined) return names as KindName[] | undefined
  throw new AtriumError('InvalidRequest', `kinds: '${unknown}' is not one of ${Object.keys(kinds).join(', ')}.`, {
    details: { field: 'kinds' },
  })
}

function parsePosition(text: string | undefined, since: number | undefined): number | undefined {
  if (text === undefined || text === '') return since
  if (/^\d{1,16}$/.test(text)) return Number(text)
  throw new AtriumError('InvalidRequest', 'Last-Event-ID is not a position of this stream.')
}

/**
 * Server-sent events of every object the caller may read. Resumes after header `Last-Event-ID` or `since`; without
 * either it starts now. Rights are looked up again while the stream is open.
 */
export const atriumWatch = defineOperation('atriumWatch', {
  scope: 'self',
  permission: null,
  async handler(request, context) {
    const { query, project, header } = request
    const since = parsePosition(header('last-event-id'), query.since)
    const watched = parseKinds(query.kinds)
    takeStream(context, request.subject.userUid, request.signal)
    const events = eventStream(request, context, {
      ...(watched ? { kinds: watched } : {}),
      ...(since === undefined ? {} : { since }),
      matches: (event) =>
        (query.uid === undefined || event.uid === query.uid) &&
        (project === null || event.project === null || event.project === project),
    })
    return Readable.from(events, { objectMode: false, highWaterMark: 64 * 1024 })
  },
})
