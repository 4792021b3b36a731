import { type Clock, isoIn } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { backoffMs } from '@atrium/runtime/controller/backoff.ts'
import type { ReconcileRequest, ReconcileResult, Reconciler } from '@atrium/runtime/controller/reconciler.ts'
import type { Mailer, MailProblem } from '../../mail/mailer.ts'
import type { Outbox, Taken } from '../../mail/outbox.ts'

export interface MailDeps {
  outbox: Outbox
  mailer: Mailer
  clock: Clock
  random: Random
  logger: Logger
  onSent?: () => void
}

const pauses = { baseMs: 15_000, maxMs: 15 * 60_000 }
/** Links work for a day: one that arrives later than this leaves too little of it. */
const giveUpMs = 12 * 60 * 60_000
/** How long operators see what was given up. */
const keptMs = 7 * 24 * 60 * 60_000

/** Sends the mail that waits: it is marked after it went, so that a crash sends it twice and never loses it. */
export const createMailReconciler = (deps: MailDeps): Reconciler => ({
  name: 'mail-controller',
  kind: 'Mail',
  ownsConditions: [],
  reads: [],
  owns: [],
  reconcile: (request) => reconcile(deps, request),
})

async function reconcile(deps: MailDeps, request: ReconcileRequest): Promise<ReconcileResult> {
  const { outbox, clock } = deps
  const { tenant, uid } = request
  const taken = await outbox.take(tenant, uid)
  switch (taken.state) {
    case 'gone':
      return { outcome: 'gone' }
    case 'question':
      await outbox.answer(uid)
      return { outcome: 'gone' }
    case 'ended': {
      const leftMs = Date.parse(taken.endedAt) + keptMs - clock.now()
      if (leftMs > 0) return { outcome: 'again', afterMs: leftMs }
      await outbox.forget(tenant, uid)
      return { outcome: 'gone' }
    }
    case 'waiting':
      return send(deps, request, taken)
  }
}

async function send(
  deps: MailDeps,
  { tenant, uid, signal }: ReconcileRequest,
  { mail, createdAt, attempts, secret }: Extract<Taken, { state: 'waiting' }>,
): Promise<ReconcileResult> {
  const { outbox, mailer, clock, random, logger, onSent } = deps
  const server = await outbox.server()
  const found: MailProblem | null =
    typeof server === 'string' ? { text: server, isFinal: false } : await mailer.send(server, mail, signal)
  if (found === null) {
    await outbox.forget(tenant, uid)
    logger.info({ tenant, mail: uid }, 'a mail was sent')
    onSent?.()
    return { outcome: 'gone' }
  }
  // Whoever stops this process did not fail: the next one tries.
  signal.throwIfAborted()
  const problem = found.text.replaceAll(secret.reveal(), '[secret]')
  const pauseMs = backoffMs(attempts + 1, pauses, random)
  const isOver = found.isFinal || clock.now() + pauseMs >= Date.parse(createdAt) + giveUpMs
  await outbox.failed(tenant, uid, problem, isOver ? null : isoIn(clock, pauseMs))
  logger.warn({ tenant, mail: uid, attempts: attempts + 1, problem }, isOver ? 'a mail was given up' : 'a mail waits')
  return { outcome: 'again', afterMs: isOver ? keptMs : pauseMs }
}
