import type { Variables } from '../harness/workspace.ts'
import { authority } from './authority.ts'

/** What the Helm repository of the scenario offers, and to whom. */
export const chart = {
  name: 'web',
  versions: ['1.0.0', '1.1.0'],
  values: 'replicas: 1\n',
  username: 'pia',
  password: 'pw-of-pia',
  token: 'token-of-pia',
} as const

export const first = (charts: string): Variables => ({
  charts,
  chart_version: '1.0.0',
  hello_version: '1.0.0',
  profile_version: '1.0.0',
  replicas: 1,
  note: 'first',
  owner: 'everyone',
  images: 'registry.example/first',
  password: chart.password,
  file: 'profile.json',
  wait: true,
  authority,
})

export const changed = (charts: string): Variables => ({
  ...first(charts),
  chart_version: '1.1.0',
  hello_version: '1.1.0',
  profile_version: '1.1.0',
  replicas: 2,
  note: 'changed',
  owner: 'everybody',
  images: 'registry.example/changed',
  file: 'profile.yaml',
  authority: '',
})

export const imported = (charts: string): Variables => ({ ...changed(charts), wait: false })
