import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { MemoryStore } from '@atrium/runtime/store/memory/memory-store.ts'
import type { NewObject } from '@atrium/runtime/store/store.ts'
import { expect, test } from 'vitest'
import { createAdmission } from '../../../admission/admission.ts'
import { noGrants, type Subject } from '../../../auth/rights/subject.ts'
import type { ServerContext } from '../../../context.ts'
import type { OperationRequest } from '../../operation.ts'
import { eventStream } from './event-stream.ts'

const keepChanges = 5
const subject: Subject = {
  ...{ tenant: 't', tenantName: 'T', userUid: 'u', actor: { type: 'user', uid: 'u', name: 'u' } },
  grants: { ...noGrants, tenant: new Set(['project.get', 'project.list']) },
}
const project = (name: string): NewObject<'Project'> => ({ kind: 'Project', project: null, name, spec: {} })

function openPlane() {
  const clock = new ManualClock()
  const store = new MemoryStore({ clock, random: systemRandom, keepChanges })
  const stop = new AbortController()
  const request = { subject, resolveSubject: async () => subject, signal: stop.signal }
  const context = { clock, admission: createAdmission(store) }
  return {
    clock,
    stop,
    create: (name: string) => store.transaction('t', subject.actor, (tx) => tx.create(project(name))),
    stream: (wanted: string, since?: number) =>
      eventStream(request as OperationRequest<'atriumWatch'>, context as unknown as ServerContext, {
        ...(since === undefined ? {} : { since }),
        matches: ({ uid }) => uid === wanted,
      }),
  }
}

const idOf = (frame: string | undefined): number => Number(/^id: (\d+)$/m.exec(frame ?? '')?.[1])

test('a stream says at once where it begins: what happens after that is not lost to a client that is cut off', async () => {
  const plane = openPlane()
  const wanted = await plane.create('wanted')
  const cutOff = plane.stream(wanted.meta.uid)
  const begun = idOf((await cutOff.next()).value)
  await cutOff.return(undefined)
  const { meta } = await plane.create('while away')
  const resumed = plane.stream(meta.uid, begun)
  expect(idOf((await resumed.next()).value)).toBe(begun)
  expect((await resumed.next()).value).toContain('"type":"created"')
  plane.stop.abort()
})

test('a stream that nothing matches tells how far it came, and resumes from there after what it passed was pruned', async () => {
  const plane = openPlane()
  const quiet = plane.stream('nothing like it')
  const begun = idOf((await quiet.next()).value)
  const beat = quiet.next()
  for (let index = 0; index < 3 * keepChanges; index++) {
    await plane.create(`other-${index}`)
    await plane.clock.advance(0)
  }
  await plane.clock.advance(20_000)
  const reached = idOf((await beat).value)
  await quiet.return(undefined)
  expect(reached).toBe(begun + 3 * keepChanges)
  const resumed = plane.stream('nothing like it', reached)
  expect((await resumed.next()).value).toContain(`id: ${reached}`)
  const alive = resumed.next()
  await plane.clock.advance(20_000)
  expect((await alive).value).toContain(': alive')
  const tooLate = plane.stream('nothing like it', begun)
  await tooLate.next()
  expect((await tooLate.next()).value).toContain('ResourceExpired')
  plane.stop.abort()
})
