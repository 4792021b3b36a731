import { type Permission, permissionGroups, permissionsOf } from '@atrium/api/permissions/catalogue.ts'
import { invalid } from '../invalid.ts'
import type { AccessOf } from '../operation.ts'

/** What is asked about: a permission, or an operation by what it declares. */
export interface Asked {
  /** Null: roles play no part. */
  permission: Permission | null
  open: keyof typeof openTo
  /** What it needs is held in the whole tenant, whatever it is about. */
  isOfTenant: boolean
  echo: { operation?: string }
}

const openTo = {
  self: 'Whoever is signed in may do this',
  public: 'Everybody may do this',
  operator: 'Only the operator of the installation may do this',
} as const

/** The answer about what roles play no part in. */
export const withoutRoles = (open: Asked['open']) => ({
  ...{ allowed: open !== 'operator', extent: open === 'operator' ? ('none' as const) : ('all' as const) },
  summary: `${openTo[open]}; roles play no part.`,
  ...{ givenBy: [], missedBy: [], missing: [], rolesThatGive: [], askedOf: [] },
})

/** Throws `InvalidRequest` unless one of both is named, and is there. */
export function readAsked(
  { permission, operation }: { permission?: string | undefined; operation?: string | undefined },
  accessOf: AccessOf,
): Asked {
  if ((permission === undefined) === (operation === undefined))
    throw invalid('permission', 'name a permission, or an operation (its id in the contract), and not both')
  if (permission !== undefined) {
    const known = permissionGroups().flatMap(permissionsOf)
    if (!known.includes(permission))
      throw invalid('permission', `'${permission}' is none. GET /v1/permissions lists them`)
    return { permission: permission as Permission, open: 'self', isOfTenant: false, echo: {} }
  }
  const access = accessOf(operation ?? '')
  if (access === undefined) throw invalid('operation', `'${operation}' is no operation that is built`)
  const echo = { operation: operation ?? '' }
  if (access === 'public' || access === 'operator') return { permission: null, open: access, isOfTenant: true, echo }
  return { permission: access.permission, open: 'self', isOfTenant: access.scope === 'tenant', echo }
}
