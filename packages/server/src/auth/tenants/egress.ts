import { systemActor } from '@atrium/runtime/controller/actor.ts'
import { type Egress, trusting } from '@atrium/runtime/egress/egress.ts'
import { splitPemBundle } from '@atrium/runtime/pki/keys.ts'
import type { Store } from '@atrium/runtime/store/store.ts'

/** The way out for what is asked in a tenant's name: the authorities that the tenant keeps are trusted there, as they are now. */
export type EgressOf = (tenant: string) => Promise<Egress>

const reader = systemActor('trust')

export const egressOfTenants =
  (store: Store, egress: Egress): EgressOf =>
  async (tenant) => {
    const { items } = await store.transaction(tenant, reader, (tx) => tx.list('TenantCertificate', { limit: 0 }))
    const authorities = items.flatMap(({ spec }) => splitPemBundle(spec.certificate))
    // In one order: each other one would be a pool of connections by itself.
    return authorities.length === 0 ? egress : trusting(egress, authorities.toSorted().join('\n'))
  }
