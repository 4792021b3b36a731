import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { type Random, withJitter } from '@atrium/runtime/base/random.ts'
import type { Client, ClientConfig } from 'pg'
import { SessionLoop } from './session-loop.ts'
import { Wake } from './wake.ts'

export interface SequencerOptions {
  connection: ClientConfig
  clock: Clock
  random: Random
  logger: Logger
  /** How many positions are kept. */
  keepChanges: number
}

export const CHANGES_CHANNEL = 'atrium_changes'
export const PENDING_CHANNEL = 'atrium_pending'

const LOCK_KEY = 4_711_002
/** A standby asks this often whether the leader's session is gone: asking is cheap, waiting in the database would hold back vacuum. */
const STANDBY_MS = 250
/** Pause after a batch, so that the next one has more than one change in it. */
const BATCH_PAUSE_MS = 5
/** Rings come with every commit; this finds what a process committed that died before it could ring. */
const IDLE_MS = 100
/** A leader says something every `IDLE_MS`; one that is silent this long was stopped or cut off, and the database ends its session. */
const SILENT_MS = 5_000
const BATCH_MAX = 5_000
const PRUNE_EVERY_MS = 5_000

/**
 * One statement, so one transaction. `resource_version` comes from one sequence and is drawn under the object's row
 * lock: within a batch it puts versions of one object in order, and a version that is visible has its predecessors
 * visible too, so batches cannot reorder them either.
 */
const MOVE = `
  with moved as (
    delete from changes_pending where resource_version in (
      select resource_version from changes_pending order by resource_version limit ${BATCH_MAX})
    returning resource_version, tenant, kind, uid, project, type, former_labels
  ), total as (
    select count(*) as n from moved
  ), head as (
    update change_head set position = position + n from total where n > 0 returning position, n
  ), placed as (
    insert into changes (position, tenant, kind, uid, project, type, resource_version, former_labels)
    select h.position - h.n + row_number() over (order by m.resource_version),
      m.tenant, m.kind, m.uid, m.project, m.type, m.resource_version, m.former_labels
    from moved m, head h
  )
  select n, pg_notify('${CHANGES_CHANNEL}', position::text) from head`

const PRUNE = `
  with head as (
    update change_head set pruned = greatest(pruned, position - $1) where position - $1 > pruned returning pruned
  )
  delete from changes using head where changes.position <= head.pruned`

/**
 * Gives committed changes their positions. Every server has one; whose session holds the advisory lock leads. The lock
 * goes with the session, and batches run on that very session, so two leaders cannot both write.
 */
export class Sequencer {
  readonly #options: SequencerOptions
  readonly #loop: SessionLoop
  readonly #wake = new Wake()
  #leading = false

  constructor(options: SequencerOptions) {
    this.#options = options
    const { clock, random, logger, connection } = options
    this.#loop = new SessionLoop({
      name: 'sequencer',
      connection: {
        ...connection,
        application_name: 'atrium_sequencer',
        options: `${connection.options ?? ''} -c idle_session_timeout=${SILENT_MS}`,
      },
      clock,
      random,
      logger,
      work: (client, signal) => this.#work(client, signal),
    })
  }

  get leading(): boolean {
    return this.#leading
  }

  start(): void {
    this.#loop.start()
  }

  stop(): Promise<void> {
    return this.#loop.stop()
  }

  /** Something was committed in this process. */
  wake(): void {
    this.#wake.ring()
  }

  async #work(client: Client, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options
    while (!signal.aborted) {
      const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [LOCK_KEY])
      if (rows[0]?.locked === true) return this.#lead(client, signal)
      await clock.sleep(withJitter(STANDBY_MS, 0.2, random), signal)
    }
  }

  async #lead(client: Client, signal: AbortSignal): Promise<void> {
    const { clock, logger, keepChanges } = this.#options
    client.on('notification', () => this.#wake.ring())
    await client.query(`listen ${PENDING_CHANNEL}`)
    logger.debug({}, 'this server sequences the change log')
    this.#leading = true
    try {
      for (let pruneAt = 0, since = 0; !signal.aborted; ) {
        const moved = await moveBatch(client)
        since += moved
        if (clock.now() >= pruneAt || since > keepChanges) {
          await client.query(PRUNE, [keepChanges])
          pruneAt = clock.now() + PRUNE_EVERY_MS
          since = 0
        }
        if (moved === 0) await this.#wake.wait(clock, IDLE_MS, signal)
        else if (moved < BATCH_MAX) await clock.sleep(BATCH_PAUSE_MS, signal)
      }
    } finally {
      this.#leading = false
    }
  }
}

const moveBatch = async (client: Client): Promise<number> => {
  const { rows } = await client.query<{ n: number }>({ name: 'move', text: MOVE })
  return rows[0]?.n ?? 0
}
