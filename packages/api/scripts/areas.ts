import type { Operation } from './contract-model.ts'

/** Areas of the API by path, as people look for them; the first that fits is the one. */
const areas: readonly (readonly [area: string, paths: RegExp])[] = [
  ['Macros', /\/macros$|\/macros\//],
  ['Alerts', /^\/v1\/(projects\/alerts|projects\/\{uid\}\/alerts|system\/alerts)/],
  ['Audit', /^\/v1\/audits|\/datasinks\b|\/dataSinks$|\/cloudwatch\/validate$/],
  ['Tenant certificates', /\/assets\/certs/],
  ['SSH keys', /\/assets\/sshkeys/],
  ['Backup storage locations', /\/assets\/locations/],
  ['Registration tokens', /^\/v1\/edgehosts\/tokens/],
  [
    'Sign-in and sessions',
    /^\/(v1|atrium\/v1)\/(auth|account|activations|links)\b|^\/v1\/users\/(auth|mfa|password)\b/,
  ],
  ['Sign-in and sessions', /^\/(v1|atrium\/v1)\/users\/(\{uid\}\/(password|mfa|sessions)|kubectl)/],
  ['API keys', /^\/v1\/apiKeys/],
  ['Users', /^\/(v1|atrium\/v1)\/(users\/(info|meta|summary|config|\{uid\})|users$|workspaces\/users)/],
  ['Teams', /^\/v1\/(teams|workspaces\/teams)/],
  ['Roles and permissions', /^\/(v1|atrium\/v1)\/(roles|permissions)/],
  ['Projects', /^\/v1\/(projects|dashboard\/projects)/],
  ['Filters and tags', /^\/v1\/(filters|\w+\/tags$)/],
  ['Plans and billing', /^\/v1\/(plans|system\/(plan|sysplan))\b/],
  ['Plans and billing', /^\/v1\/tenants\/\{tenantUid\}\/(plans?|invoices|freemium\w*|creditAccount|contract|usage)\b/],
  [
    'Tenant settings',
    /^\/v1\/tenants\/\{tenantUid\}\/(preferences|password|resourceLimits|rateConfig|authTokenSettings)/,
  ],
  [
    'Tenant settings',
    /^\/v1\/tenants\/\{tenantUid\}\/(loginBanner|domains?|oidc|saml|sso)|^\/v1\/spectroclusters\/upgrade/,
  ],
  ['Tenant settings', /^\/atrium\/v1\/tenants\/\{tenantUid\}/],
  ['Tenants', /^\/(v1|atrium\/v1)\/tenants/],
  ['Registries and packs', /^\/(v1|atrium\/v1)\/(registr(y|ies)|packs|hooks)\b/],
  ['Cluster profiles', /^\/(v1|atrium\/v1)\/(clusterprofiles|profiles|dashboard\/clusterprofiles)/],
  ['Cluster templates and policies', /^\/v1\/(dashboard\/|spectroclusters\/)?(clusterTemplates|spcPolicies)/],
  ['Cloud accounts', /^\/v1\/(cloudaccounts|dashboard\/cloudaccounts)|\/account\/validate$/],
  ['Gateways', /^\/v1\/(overlords|pcg|dashboard\/pcgs)|\/dnsMappings?/],
  ['Clouds', /^\/v1\/clouds/],
  ['Cluster groups', /^\/v1\/(clustergroups|dashboard\/clustergroups)/],
  ['Workspaces', /^\/v1\/(workspaces|dashboard\/workspaces)/],
  ['Virtual clusters', /^\/v1\/(spectroclusters|cloudconfigs)\/virtual|\/clusterConfig\/lifecycleConfig/],
  ['Virtual machines', /\/vms\b/],
  ['Applications', /^\/v1\/(appDeployments|appProfiles|dashboard\/app(Deployments|Profiles))/],
  ['Edge hosts', /^\/v1\/(edgehosts|dashboard\/(edgehosts|appliances))|\/edge-native\b/],
  ['Cloud configs', /^\/v1\/cloudconfigs/],
  ['Clusters', /^\/(v1|atrium\/v1)\/(spectroclusters|clusters|dashboard\/spectroclusters|watch|events|metrics)/],
  ['Notifications', /^\/v1\/notifications/],
  ['Installation', /^\/(v1|atrium\/v1)\/(system|users\/system|features|health|services|installers|grpc|tunnel)/],
]

/** The area of an operation. Throws for a path that none has: name one. */
export function areaOf({ id, path }: Pick<Operation, 'id' | 'path'>): string {
  const found = areas.find(([, paths]) => paths.test(path))
  if (found) return found[0]
  throw new Error(`${id}: no area of scripts/areas.ts has the path ${path}`)
}
