import type { Variables } from '../harness/workspace.ts'

export const first: Variables = {
  description: 'as it was made',
  tags: ['team:blue', 'plain'],
  workers: 1,
  profile_version: '1.0.0',
  hello_version: '1.0.0',
  profile_variables: {},
  replicas: 1,
  owner: 'everyone',
  spare_pool: false,
  applications: true,
  namespaces: { 'team-a': '2' },
  reader: 'ann@example.com',
  latitude: 48.2,
  patching: '0 3 * * 6',
  // The client sends none of these when it makes a cluster.
  timezone: '',
  upgrades: 'unlock',
  patch_after: '',
  backups: '',
  scans: '',
}

export const changed: Variables = {
  description: 'as it was changed',
  tags: ['team:green', 'plain', 'more'],
  workers: 2,
  profile_version: '1.1.0',
  hello_version: '1.1.0',
  profile_variables: { colour: 'green' },
  replicas: 2,
  owner: 'everybody',
  spare_pool: true,
  applications: true,
  namespaces: { 'team-a': '3', 'team-b': '1' },
  reader: 'bob@example.com',
  latitude: -33.9,
  patching: '30 4 * * 0',
  timezone: 'Europe/Vienna',
  upgrades: 'lock',
  patch_after: '2101-01-01T00:00:00Z',
  backups: '0 1 * * *',
  scans: '0 2 * * *',
}

/** Less than before: a pool, a profile and a namespace leave the cluster, and nothing is scanned. */
export const reduced: Variables = {
  ...{ ...changed, spare_pool: false, applications: false },
  ...{ namespaces: { 'team-b': '1' }, patch_after: '', scans: '' },
}
