import type { TagFilter } from '@atrium/api/tags.ts'
import { systemActor } from '@atrium/runtime/controller/actor.ts'
import type { Holder, RoleInfo, Team } from '../../auth/identity.ts'
import { grantsFrom } from '../../auth/rights/grants.ts'
import type { Grants } from '../../auth/rights/subject.ts'
import type { ServerContext } from '../../context.ts'

/** A filter as a resource role has it. */
export type HeldFilter = TagFilter & { uid: string; name: string }

/** One role as somebody holds it, and what it gives all by itself. */
export interface HeldRole {
  role: RoleInfo
  /** Null: the user's own. */
  team: Team | null
  scope: 'tenant' | 'project' | 'resource' | 'workspace'
  project?: string
  workspace?: string
  resourceRole?: string
  filters: HeldFilter[]
  grants: Grants
}

/** Every role the user holds, by whatever way; disabled ones give nothing. */
export async function heldRoles(context: ServerContext, tenant: string, userUid: string): Promise<HeldRole[]> {
  const teams = await context.identity.teamsOf(tenant, userUid)
  const roles = new Map((await context.identity.roles(tenant)).map((role) => [role.uid, role]))
  const own = await rolesOf(context, tenant, { holder: userUid, team: null, roles })
  const theirs = await Promise.all(
    teams.map((team) => rolesOf(context, tenant, { holder: { team: team.uid }, team, roles })),
  )
  return [...own, ...theirs.flat()]
}

interface Held {
  holder: Holder
  team: Team | null
  roles: ReadonlyMap<string, RoleInfo>
}

const none = { bindings: [], resourceRoles: null, workspaceRoles: null }
/** The role as rights are made of it. */
export const asHeld = ({ uid, permissions, isDisabled }: RoleInfo) => ({
  roleUid: uid,
  customPermissions: isDisabled ? null : [...permissions],
})

async function rolesOf(context: ServerContext, tenant: string, { holder, team, roles }: Held): Promise<HeldRole[]> {
  const { identity } = context
  const known = (uid: string): RoleInfo[] => [roles.get(uid) ?? []].flat()
  const bound = (await identity.roleBindings(tenant, holder)).flatMap(({ roleUid, project }) =>
    known(roleUid).map((role): HeldRole => {
      const grants = grantsFrom({ ...none, bindings: [{ ...asHeld(role), project }] })
      return project === null
        ? { role, team, scope: 'tenant', filters: [], grants }
        : { role, team, scope: 'project', project, filters: [], grants }
    }),
  )
  const onWorkspaces = (await identity.workspaceRoles(tenant, holder)).flatMap(({ roleUid, workspace, project }) =>
    known(roleUid).map((role): HeldRole => {
      const grants = grantsFrom({ ...none, workspaceRoles: [{ ...asHeld(role), workspace, project }] })
      return { role, team, scope: 'workspace', project, workspace, filters: [], grants }
    }),
  )
  return [...bound, ...onWorkspaces, ...(await resourceRolesOf(context, tenant, { holder, team, roles }))]
}

async function resourceRolesOf(context: ServerContext, tenant: string, { holder, team, roles }: Held) {
  const held = await context.identity.resourceRoles(tenant, holder)
  const filters = await filtersOf(context, tenant, [...new Set(held.flatMap(({ filterUids }) => filterUids))])
  return held.flatMap(({ uid, projectUids, filterUids, roleUids }) => {
    const own = filterUids.flatMap((filter) => filters.get(filter) ?? [])
    return roleUids.flatMap((roleUid): HeldRole[] => {
      const role = roles.get(roleUid)
      if (role === undefined) return []
      const given = { uid, projectUids, roles: [asHeld(role)], filters: own.length === 0 ? null : own }
      const grants = grantsFrom({ ...none, resourceRoles: [given] })
      return [{ role, team, scope: 'resource', resourceRole: uid, filters: own, grants }]
    })
  })
}

async function filtersOf(context: ServerContext, tenant: string, uids: string[]): Promise<Map<string, HeldFilter>> {
  if (uids.length === 0) return new Map()
  const { items } = await context.store.transaction(tenant, systemActor('rights'), (tx) =>
    tx.list('TagFilter', { where: { uid: uids } }),
  )
  const live = items.filter(({ meta }) => meta.deletedAt === null)
  return new Map(live.map(({ meta, spec }) => [meta.uid, { ...spec, uid: meta.uid, name: meta.name }]))
}
