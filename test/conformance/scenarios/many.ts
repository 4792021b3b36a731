import { generateKeyPairSync } from 'node:crypto'
import type { Variables } from '../harness/workspace.ts'

export type Context = 'project' | 'tenant'

/** It takes a while, and only the real client needs it. */
const googleKey = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

export const newRounds = (context: Context): { first: Variables; changed: Variables } => {
  const both = { context, google_key: googleKey() }
  return { first: { ...both, round: 'first' }, changed: { ...both, round: 'changed' } }
}

/** How many objects are made at once. */
export const made: Record<Context, number> = { project: 31, tenant: 35 }

/** `longest`: the name of those that go as far as names go. */
export const importsOf = (context: Context, longest: string): Record<string, string> => ({
  'spectrocloud_ssh_key.own["most"]': `${longest}:${context}`,
  'spectrocloud_cloudaccount_custom.own': `${longest}:${context}:local`,
  'spectrocloud_cluster_config_policy.windows["most"]': `${longest}:${context}`,
  'spectrocloud_cluster_config_template.own["most"]': `${longest}:${context}`,
  'spectrocloud_cluster_group.own["most"]': `${longest}:${context}`,
  'spectrocloud_backup_storage_location.s3["most"]': `${longest}:${context}`,
  'spectrocloud_backup_storage_location.google': `conformance-google:${context}`,
  'spectrocloud_backup_storage_location.azure': `conformance-azure:${context}`,
  ...(context === 'project'
    ? {
        'spectrocloud_project.own["most"]': longest,
        'spectrocloud_filter.own["most"]': longest,
        'spectrocloud_alert.mail["most"]': `${longest}:ClusterHealth`,
      }
    : {
        'spectrocloud_role.own["most"]': longest,
        'spectrocloud_registration_token.own["most"]': longest,
        'spectrocloud_registry_oci.images["most"]': longest,
      }),
})
