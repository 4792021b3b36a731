import { selectCreation } from '../store/identity/creations.ts'
import type { Identity } from './identity.ts'
import type { Parts } from './parts.ts'

export const creations = ({ database }: Parts): Pick<Identity, 'creationOf'> => ({
  creationOf: (tenant, request, made) => selectCreation(database.readsOf(tenant), tenant, request, made),
})
