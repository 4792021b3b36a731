import type { Variables } from '../harness/workspace.ts'

export const first = (context: string): Variables => ({
  ...{ context, round: 'first', endpoint: 'one', careless: false },
  policies: ['arn:aws:iam::123456789012:policy/a'],
})
export const changed = (context: string): Variables => ({
  ...{ context, round: 'changed', endpoint: 'two', careless: true },
  policies: Array.from({ length: 20 }, (_, index) => `arn:aws:iam::123456789012:policy/p${index}`),
})

/** What is imported by name, with the names it has after the change. */
export const imports = {
  'spectrocloud_cloudaccount_aws.minimal': 'conformance-aws-minimal',
  'spectrocloud_cloudaccount_azure.full': 'conformance-azure-changed',
  'spectrocloud_cloudaccount_gcp.typical': 'conformance-gcp',
  'spectrocloud_cloudaccount_vsphere.typical': 'conformance-vsphere',
  'spectrocloud_cloudaccount_maas.typical': 'conformance-maas',
  'spectrocloud_cloudaccount_apache_cloudstack.full': 'conformance-cloudstack',
} as const
