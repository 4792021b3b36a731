import { clusterOperations } from './clusters.ts'
import type { OwnOperations } from './operation.ts'
import { tenantOperations } from './tenants.ts'
import { watchOperations } from './watch.ts'

/** Every own operation (`/atrium/v1`), beside the public contract. */
export const ownOperations: OwnOperations[] = [clusterOperations, tenantOperations, watchOperations]
