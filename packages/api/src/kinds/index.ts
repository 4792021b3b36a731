import { type CloudAccountSpec, type CloudAccountStatus, cloudAccountKind } from './cloud-account.ts'
import { type ClusterSpec, type ClusterStatus, clusterKind } from './cluster.ts'
import { type ClusterGroupSpec, type ClusterGroupStatus, clusterGroupKind } from './cluster-group.ts'
import { type ClusterProfileSpec, type ClusterProfileStatus, clusterProfileKind } from './cluster-profile.ts'
import { type ClusterTemplateSpec, type ClusterTemplateStatus, clusterTemplateKind } from './cluster-template.ts'
import { type EdgeTokenSpec, type EdgeTokenStatus, edgeTokenKind } from './edge-token.ts'
import { type MachineSpec, type MachineStatus, machineKind } from './machine.ts'
import { type MacroSetSpec, type MacroSetStatus, macroSetKind } from './macro.ts'
import {
  type MaintenancePolicySpec,
  type MaintenancePolicyStatus,
  maintenancePolicyKind,
} from './maintenance-policy.ts'
import type { KindDefinition } from './meta.ts'
import { type PackSpec, type PackStatus, packKind } from './pack.ts'
import { type ProjectSpec, type ProjectStatus, projectKind } from './project.ts'
import { type RegistrySpec, type RegistryStatus, registryKind } from './registry.ts'
import { type RoleSpec, type RoleStatus, roleKind } from './role.ts'
import { type SshKeySpec, type SshKeyStatus, sshKeyKind } from './ssh-key.ts'
import { type SsoConfigSpec, type SsoConfigStatus, ssoConfigKind } from './sso-config.ts'
import { type StorageLocationSpec, type StorageLocationStatus, storageLocationKind } from './storage-location.ts'
import { type TagFilterSpec, type TagFilterStatus, tagFilterKind } from './tag-filter.ts'
import {
  type TenantCertificateSpec,
  type TenantCertificateStatus,
  tenantCertificateKind,
} from './tenant-certificate.ts'
import { type WorkspaceSpec, type WorkspaceStatus, workspaceKind } from './workspace.ts'

/** Every kind with its shapes: the one list a new kind is added to. */
export interface Kinds {
  Project: { spec: ProjectSpec; status: ProjectStatus }
  Role: { spec: RoleSpec; status: RoleStatus }
  MacroSet: { spec: MacroSetSpec; status: MacroSetStatus }
  Registry: { spec: RegistrySpec; status: RegistryStatus }
  Pack: { spec: PackSpec; status: PackStatus }
  ClusterProfile: { spec: ClusterProfileSpec; status: ClusterProfileStatus }
  CloudAccount: { spec: CloudAccountSpec; status: CloudAccountStatus }
  Cluster: { spec: ClusterSpec; status: ClusterStatus }
  Machine: { spec: MachineSpec; status: MachineStatus }
  Workspace: { spec: WorkspaceSpec; status: WorkspaceStatus }
  MaintenancePolicy: { spec: MaintenancePolicySpec; status: MaintenancePolicyStatus }
  ClusterTemplate: { spec: ClusterTemplateSpec; status: ClusterTemplateStatus }
  ClusterGroup: { spec: ClusterGroupSpec; status: ClusterGroupStatus }
  TagFilter: { spec: TagFilterSpec; status: TagFilterStatus }
  SshKey: { spec: SshKeySpec; status: SshKeyStatus }
  EdgeToken: { spec: EdgeTokenSpec; status: EdgeTokenStatus }
  StorageLocation: { spec: StorageLocationSpec; status: StorageLocationStatus }
  SsoConfig: { spec: SsoConfigSpec; status: SsoConfigStatus }
  TenantCertificate: { spec: TenantCertificateSpec; status: TenantCertificateStatus }
}
export type KindName = keyof Kinds
export type SpecOf<K extends KindName> = Kinds[K]['spec']
export type StatusOf<K extends KindName> = Kinds[K]['status']

export const kinds: Record<KindName, KindDefinition> = {
  Project: projectKind,
  Role: roleKind,
  MacroSet: macroSetKind,
  Registry: registryKind,
  Pack: packKind,
  ClusterProfile: clusterProfileKind,
  CloudAccount: cloudAccountKind,
  Cluster: clusterKind,
  Machine: machineKind,
  Workspace: workspaceKind,
  MaintenancePolicy: maintenancePolicyKind,
  ClusterTemplate: clusterTemplateKind,
  ClusterGroup: clusterGroupKind,
  TagFilter: tagFilterKind,
  SshKey: sshKeyKind,
  EdgeToken: edgeTokenKind,
  StorageLocation: storageLocationKind,
  SsoConfig: ssoConfigKind,
  TenantCertificate: tenantCertificateKind,
}
