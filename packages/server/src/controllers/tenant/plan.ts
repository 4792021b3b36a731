/** What is left of a tenant that is being deleted. */
export interface Observed {
  /** Its data keys are destroyed. */
  shredded: boolean
  /** Every cluster that there was has been told what becomes of it. */
  asked: boolean
  clusters: number
  /** Of these, some that nobody told: they came last. */
  untold: number
}

export type Step = 'ask' | 'wait' | 'shred' | 'clear'

/**
 * Clusters first, for their clouds need the tenant's credentials; then the keys, before any row: whoever stops it half-way leaves
 * nothing behind that can be read.
 */
export function nextStep({ shredded, asked, clusters, untold }: Observed): Step {
  if (shredded) return 'clear'
  if (clusters === 0) return 'shred'
  return asked && untold === 0 ? 'wait' : 'ask'
}
