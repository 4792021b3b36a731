import { Counter, Gauge, Registry } from 'prom-client'
import type { Installation } from './context.ts'

export interface Metrics {
  registry: Registry
  /** This server sent a mail. */
  mailSent: () => void
}

type Measured = Pick<Installation, 'store' | 'identity'> & { link: Pick<Installation['link'], 'connections'> }

/** What is measured beside requests; read when somebody asks. */
export const createMetrics = (installation: Measured): Metrics => {
  const { link, store, identity } = installation
  const registry = new Registry()
  const registers = [registry]
  new Gauge({
    name: 'atrium_link_agents',
    help: 'Agents connected to this server',
    registers,
    collect() {
      this.set(link.connections())
    },
  })
  new Gauge({
    name: 'atrium_sequencer_leading',
    help: '1 while this server gives out the positions of the change log',
    registers,
    collect() {
      this.set(store.sequencing ? 1 : 0)
    },
  })
  const lateness = new Gauge({
    name: 'atrium_work_queue_oldest_seconds',
    help: 'How late the oldest due key of the work queue is',
    registers,
  })
  new Gauge({
    name: 'atrium_work_queue_due',
    help: 'Keys of the work queue that are due',
    registers,
    async collect() {
      const { due, oldestMs } = await store.queue.depth()
      this.set(due)
      lateness.set(oldestMs / 1000)
    },
  })
  new Gauge({
    name: 'atrium_mails',
    help: 'Mails that wait to be sent, and those that were given up in the last week',
    labelNames: ['state'],
    registers,
    async collect() {
      const { waiting, failed } = await identity.mails.counts()
      this.set({ state: 'waiting' }, waiting)
      this.set({ state: 'failed' }, failed)
    },
  })
  const sent = new Counter({ name: 'atrium_mails_sent_total', help: 'Mails that this server sent', registers })
  return { registry, mailSent: () => sent.inc() }
}
