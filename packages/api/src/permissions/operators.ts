/** What an operator, who runs the installation and belongs to no tenant, may do. None of it opens what tenants store. */
export const operatorPermissions = {
  'tenant.read': 'names, states and counts of tenants',
  'tenant.manage': 'make, invite, disable, enable and delete tenants',
  'operator.manage': 'make, change and delete operators',
  'audit.read': "the installation's own audit record",
  'registry.manage': 'registries that every tenant shares',
  'setting.manage': 'rules for passwords and banners of the installation',
  'mail.manage': 'the mail server, through which links that set passwords go, and what became of mail',
  'metrics.read': 'the metrics of the servers',
} as const
export type OperatorPermission = keyof typeof operatorPermissions

export const operatorRoles = {
  RootAdmin: [
    'tenant.read',
    'tenant.manage',
    'operator.manage',
    'audit.read',
    'registry.manage',
    'setting.manage',
    'mail.manage',
    'metrics.read',
  ],
  AccountAdmin: ['tenant.read', 'tenant.manage', 'audit.read'],
  OperationAdmin: ['tenant.read', 'registry.manage', 'setting.manage', 'metrics.read'],
} as const satisfies Record<string, readonly OperatorPermission[]>
export type OperatorRole = keyof typeof operatorRoles

export const isOperatorRole = (name: string): name is OperatorRole => Object.hasOwn(operatorRoles, name)
