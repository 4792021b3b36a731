import { builtInRoleNamed } from '@atrium/api/permissions/roles.ts'
import type { Caller } from './api.ts'
import { made, succeed } from './calls.ts'

export const uidOf = (role: string): string => builtInRoleNamed(role).uid

export interface Tagged {
  key: string
  values?: string[]
  negation?: boolean
}

export const filterBody = (name: string, filters: Tagged[], conjunction: 'and' | 'or' = 'and'): object => ({
  metadata: { name },
  spec: { filterGroup: { conjunction, filters: filters.map((one) => ({ operator: 'eq', ...one })) } },
})

/** A filter of the tenant. */
export const newFilter = (call: Caller, name: string, ...filters: Tagged[]): Promise<string> =>
  made(call, 'POST /v1/filters/tag', filterBody(name, filters))

/** Gives a resource role; `holder`: `users/{uid}` or `teams/{uid}`. */
export const giveTagged = (
  call: Caller,
  holder: string,
  { roles, projects, filters }: { roles: string[]; projects: string[]; filters: string[] },
): Promise<void> =>
  succeed(call, `POST /v1/${holder}/resourceRoles`, {
    roles: roles.map((role) => (/^[0-9a-f]{24}$/.test(role) ? role : uidOf(role))),
    projectUids: projects,
    filterRefs: filters,
  })
