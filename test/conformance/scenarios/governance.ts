import type { Variables } from '../harness/workspace.ts'
import { authority } from './authority.ts'

export const first: Variables = {
  members: ['ada'],
  team_roles: ['Tenant Viewer'],
  team_projects: ['conformance-one'],
  conjunction: 'and',
  tags: { team: 'blue' },
  told: ['ada@conformance.example'],
  hooks: { 'X-Key': 'one' },
  key_comment: 'first',
  token_status: 'active',
  token_until: '2199-12-31',
  sign_in: 'oidc',
  domains: ['conformance.example'],
  bucket: 'first',
  is_default: true,
  authority,
}

export const changed: Variables = {
  members: ['cleo', 'ben'],
  team_roles: ['Tenant Viewer', 'Tenant Role Admin'],
  team_projects: ['conformance-two', 'conformance-one'],
  conjunction: 'or',
  tags: { team: 'blue,red,green', 'no-production': 'yes', region: 'eu' },
  told: ['cleo@conformance.example', 'ada@conformance.example'],
  hooks: { 'X-Key': 'two', 'X-Other': 'three' },
  key_comment: 'changed by somebody@host',
  token_status: 'inactive',
  token_until: '2198-06-30',
  sign_in: 'saml',
  domains: ['conformance.example', 'second.example'],
  bucket: 'changed',
  is_default: false,
  authority: '',
}

export const reduced: Variables = {
  members: [],
  team_roles: [],
  team_projects: [],
  conjunction: 'and',
  tags: { region: 'eu' },
  told: [],
  hooks: {},
  key_comment: '',
  token_status: 'active',
  token_until: '2198-06-30',
  sign_in: 'none',
  domains: [],
  bucket: 'changed',
  is_default: false,
  authority: '',
}

export const imports = {
  'spectrocloud_filter.tags': 'conformance-tags',
  'spectrocloud_ssh_key.own': 'conformance-key:project',
  'spectrocloud_registration_token.edge': 'conformance-edge',
  'spectrocloud_alert.mail': 'conformance-one:ClusterHealth',
  'spectrocloud_registry_oci.role': 'conformance-role',
  'spectrocloud_user.joining': 'dora@conformance.example',
}
