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
}

/** Less than before: a pool and a profile leave the cluster. */
export const reduced: Variables = { ...changed, spare_pool: false, applications: false }
