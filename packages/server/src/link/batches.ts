import type { AgentName } from './agent-name.ts'

/** Answers for each in their order; what it throws says nothing of a single one. */
type Work<Item, Result> = (tenant: string, items: readonly Item[]) => Promise<PromiseSettledResult<Result>[]>

interface Waiting<Item, Result> {
  item: Item
  settle: (result: PromiseSettledResult<Result>) => void
}

/** Of one tenant. The second goes on while one waits for a row that somebody holds. */
const BATCHES_AT_ONCE = 2
const BATCH_MAX = 100

/**
 * Does together what comes while the former batch is done: alone nothing waits, and the more come at once the fewer
 * transactions each of them takes. A batch is of one tenant, as every transaction is, and holds a cluster once.
 */
export class Batches<Item extends { agent: AgentName }, Result> {
  readonly #work: Work<Item, Result>
  readonly #waiting = new Map<string, Waiting<Item, Result>[]>()
  readonly #running = new Map<string, number>()
  #size = 0

  constructor(work: Work<Item, Result>) {
    this.#work = work
  }

  /** Items that have no answer yet. */
  get size(): number {
    return this.#size
  }

  async run(item: Item): Promise<Result> {
    const { tenant } = item.agent
    this.#size += 1
    const result = await new Promise<PromiseSettledResult<Result>>((settle) => {
      const waiting = this.#waiting.get(tenant) ?? []
      this.#waiting.set(tenant, waiting)
      waiting.push({ item, settle })
      this.#next(tenant)
    })
    this.#size -= 1
    if (result.status === 'rejected') throw result.reason
    return result.value
  }

  #next(tenant: string): void {
    const running = this.#running.get(tenant) ?? 0
    const batch = running < BATCHES_AT_ONCE ? this.#take(tenant) : []
    if (batch.length === 0) return
    this.#running.set(tenant, running + 1)
    void this.#do(tenant, batch).then(() => {
      const left = (this.#running.get(tenant) ?? 1) - 1
      if (left > 0) this.#running.set(tenant, left)
      else this.#running.delete(tenant)
      this.#next(tenant)
    })
  }

  #take(tenant: string): Waiting<Item, Result>[] {
    const waiting = this.#waiting.get(tenant) ?? []
    const batch = new Map<string, Waiting<Item, Result>>()
    const left: Waiting<Item, Result>[] = []
    for (const one of waiting) {
      const { clusterUid } = one.item.agent
      if (batch.size < BATCH_MAX && !batch.has(clusterUid)) batch.set(clusterUid, one)
      else left.push(one)
    }
    if (left.length > 0) this.#waiting.set(tenant, left)
    else this.#waiting.delete(tenant)
    return [...batch.values()]
  }

  async #do(tenant: string, batch: readonly Waiting<Item, Result>[]): Promise<void> {
    const results = await this.#attempt(tenant, batch)
    if (results)
      for (const [index, { settle }] of batch.entries()) settle(results[index] as PromiseSettledResult<Result>)
    // One of them spoils it for all: each by itself tells which. Not waited for, the others go on.
    else for (const one of batch) void this.#alone(tenant, one)
  }

  /** Null when it failed as a whole. */
  async #attempt(
    tenant: string,
    batch: readonly Waiting<Item, Result>[],
  ): Promise<PromiseSettledResult<Result>[] | null> {
    try {
      return await this.#work(
        tenant,
        batch.map(({ item }) => item),
      )
    } catch (reason) {
      return batch.length === 1 ? [{ status: 'rejected', reason }] : null
    }
  }

  async #alone(tenant: string, one: Waiting<Item, Result>): Promise<void> {
    const [result] = (await this.#attempt(tenant, [one])) ?? []
    if (result) one.settle(result)
  }
}

/**
 * Runs `work` for all at once. Refusals of single ones are their answers; anything else fails the whole, once nothing of it
 * is under way any more.
 */
export const settleAll = async <Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
  isRefusal: (error: unknown) => boolean,
): Promise<PromiseSettledResult<Result>[]> => {
  const results = await Promise.allSettled(items.map(work))
  for (const result of results) if (result.status === 'rejected' && !isRefusal(result.reason)) throw result.reason
  return results
}
