import type { Variables } from '../harness/workspace.ts'

/** As long as a name may be, and a value with all that texts may hold. */
const longName = `LONG_${'n'.repeat(123)}`
const story = `Größe "groß" \\ Ende\n\tzweite Zeile – 注意 🚦 {{ .spectro.system }}`

export const first: Variables = {
  amount: 'least',
  macros: { ONE: 'first' },
  project_macros: { ONE: 'of the project' },
  permissions: { project: ['Macro'], tenant: ['API Key'], resource: ['Cluster'] },
  ...{ upgrades: 'unlock', project_upgrades: 'unlock' },
}

/** The tenant keeps a hundred macros; the project says something else about upgrades. */
export const most: Variables = {
  amount: 'most',
  macros: {
    ...Object.fromEntries(Array.from({ length: 98 }, (_, index) => [`MACRO_${index}`, `value ${index}`])),
    ...{ [longName]: story, 'with.dots-and_more': ' spaces around ' },
  },
  project_macros: { ONE: 'changed', TWO: story },
  permissions: {
    project: ['App Deployment', 'Cluster', 'Cluster Profile', 'Cloud Account', 'Macro', 'Virtual Machine', 'Workspace'],
    tenant: ['API Key', 'Project', 'Role', 'Team', 'Tenant', 'User'],
    resource: ['Cluster', 'Cluster Profile', 'Macro'],
  },
  ...{ upgrades: 'unlock', project_upgrades: 'lock' },
}

export const some: Variables = {
  amount: 'some',
  macros: { ONE: 'again', 'with.dots-and_more': 'none around' },
  project_macros: { TWO: 'changed' },
  // A role may hold nothing.
  permissions: { project: ['Macro'], tenant: ['Project'], resource: [] },
  ...{ upgrades: 'lock', project_upgrades: 'unlock' },
}

/** By names, where the client takes one; `team`: its uid. */
export const importsOf = (tenant: string, project: string, team: string): Record<string, string> => ({
  'spectrocloud_password_policy.rules': tenant,
  'spectrocloud_resource_limit.limits': tenant,
  'spectrocloud_developer_setting.credit': tenant,
  'spectrocloud_platform_setting.tenant': `${tenant}:tenant`,
  'spectrocloud_platform_setting.project': `${project}:project`,
  'spectrocloud_macros.tenant': `${tenant}:tenant`,
  'spectrocloud_macros.project': `${project}:project`,
  'spectrocloud_role.own["project"]': 'conformance-project',
  'spectrocloud_user.holder': 'ada.holder+conformance@sub.conformance.example',
  'spectrocloud_team.holders': team,
})
