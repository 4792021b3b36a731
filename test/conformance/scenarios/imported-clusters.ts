import type { Variables } from '../harness/workspace.ts'

/** Nodes of the cluster that is imported, as its control plane lists them. */
export const nodes = ['theirs-cp-0', 'theirs-worker-0']

/** Everything is declared before anybody has applied a manifest. */
export const first: Variables = {
  round: 'first',
  tags: ['team:blue', 'plain'],
  namespaces: { 'team-a': '2' },
  reader: 'ann@example.com',
  schedule: '0 3 * * *',
  upgrades: 'unlock',
  ingress: '',
  maintenance: '',
  deployed: '',
  colour: '',
}

export const deployed: Variables = { ...first, deployed: '1.0.0' }

/** A node is put into maintenance, and taken out of it. */
export const cordoned: Variables = { ...deployed, maintenance: 'cordon' }
export const uncordoned: Variables = { ...deployed, maintenance: 'uncordon' }

/** Everything that can be changed is, and the deployed profile is of another version. */
export const changed: Variables = {
  ...{ round: 'changed', tags: ['team:green', 'more'], namespaces: { 'team-a': '3', 'team-b': '1' } },
  ...{ reader: 'bob@example.com', schedule: '30 4 * * 0', upgrades: 'lock', ingress: 'apps.example.com' },
  ...{ maintenance: 'uncordon', deployed: '1.1.0', colour: '' },
}

/** The deployed profile gets a value, and nothing else changes. */
export const recoloured: Variables = { ...changed, colour: 'red' }

/** The deployed profile leaves. */
export const detached: Variables = { ...recoloured, deployed: '' }
