# Workspaces over a cluster: one of nothing but the cluster, one as most people write them, and one of everything. People and
# teams hold roles in them.

terraform {
  required_providers {
    spectrocloud = {
      source = "spectrocloud/spectrocloud"
    }
  }
}

variable "host" { type = string }
variable "project" { type = string }
variable "api_key" {
  type      = string
  sensitive = true
}
variable "round" { type = string }
variable "cpu" { type = number }
variable "teams" { type = set(string) }
# Whether the workspace of everything is backed up.
variable "backed_up" { type = bool }
# Names of the roles that one holds in each workspace.
variable "roles" { type = map(list(string)) }

provider "spectrocloud" {
  host                      = var.host
  api_key                   = var.api_key
  project_name              = var.project
  ignore_insecure_tls_error = true
  retry_attempts            = 1
}

data "spectrocloud_registry_pack" "public" {
  name = "Public Repo"
}

locals {
  cluster = spectrocloud_cluster_custom_cloud.cluster.id
  layers = {
    local-os   = "1.0.0"
    kubernetes = "1.34.4"
    local-cni  = "1.0.0"
    local-csi  = "1.0.0"
  }
}

data "spectrocloud_pack" "infrastructure" {
  for_each     = local.layers
  name         = each.key
  version      = each.value
  registry_uid = data.spectrocloud_registry_pack.public.id
}

resource "spectrocloud_cluster_profile" "infrastructure" {
  name    = "conformance-workspaces"
  type    = "infra"
  cloud   = "local"
  version = "1.0.0"

  dynamic "pack" {
    for_each = ["local-os", "kubernetes", "local-cni", "local-csi"]
    content {
      name   = pack.value
      tag    = data.spectrocloud_pack.infrastructure[pack.value].version
      uid    = data.spectrocloud_pack.infrastructure[pack.value].id
      values = data.spectrocloud_pack.infrastructure[pack.value].values
    }
  }
}

locals {
  note = { for text in ["of the profile", "of the cluster"] : text => <<-EOT
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: note
      namespace: default
    data:
      replicas: ${text}
  EOT
  }
  second_note = <<-EOT
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: second-note
      namespace: default
  EOT
}

resource "spectrocloud_cluster_profile" "notes" {
  name = "conformance-workspace-notes"
  type = "add-on"

  pack {
    name = "notes"
    type = "manifest"
    tag  = "1.0.0"
    manifest {
      name    = "note"
      content = local.note["of the profile"]
    }
    manifest {
      name    = "second-note"
      content = local.second_note
    }
  }
  pack {
    name = "more"
    type = "manifest"
    tag  = "1.0.0"
    manifest {
      name    = "more"
      content = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: more\n  namespace: default"
    }
  }
}

resource "spectrocloud_cluster_profile" "last" {
  name = "conformance-workspace-last"
  type = "add-on"

  pack {
    name = "last"
    type = "manifest"
    manifest {
      name    = "last"
      content = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: last\n  namespace: default"
    }
  }
}

resource "spectrocloud_cloudaccount_custom" "machine" {
  name                     = "conformance-workspaces"
  cloud                    = "local"
  private_cloud_gateway_id = ""
  credentials = {
    NOTE = "none needed"
  }
}

resource "spectrocloud_cluster_custom_cloud" "cluster" {
  name             = "conformance-workspaces"
  cloud            = "local"
  cloud_account_id = spectrocloud_cloudaccount_custom.machine.id

  cluster_type  = "PureManage"
  apply_setting = "DownloadAndInstall"

  update_worker_pools_in_parallel = true

  cluster_profile {
    id = spectrocloud_cluster_profile.infrastructure.id
  }
  # Other than the profile has it, in this cluster alone. Never changed: the client cannot tell an element with layers that
  # changed from a second one.
  cluster_profile {
    id = spectrocloud_cluster_profile.notes.id
    pack {
      name   = "notes"
      type   = "manifest"
      tag    = "1.0.0"
      values = "pack:\n  namespace: default"
      manifest {
        name    = "note"
        content = local.note["of the cluster"]
      }
      manifest {
        name    = "second-note"
        content = local.second_note
      }
    }
    pack {
      name = "more"
      type = "manifest"
      tag  = "1.0.0"
    }
  }

  cloud_config {
    values = "kind: Cluster"
  }
  machine_pool {
    control_plane           = true
    control_plane_as_worker = true
    node_pool_config        = <<-EOT
      apiVersion: controlplane.cluster.x-k8s.io/v1beta1
      kind: KubeadmControlPlane
      metadata:
        name: control-plane
      spec:
        replicas: 1
        version: v1.34.4
    EOT
  }
}

# Nobody applies its manifest.
resource "spectrocloud_cluster_brownfield" "other" {
  name          = "conformance-other"
  cloud_type    = "generic"
  apply_setting = "DownloadAndInstall"
  # It goes long before. The client wants to wait longer in all than for this.
  force_delete       = true
  force_delete_delay = 20
  timeouts {
    delete = "30m"
  }

  skip_completion = true

  # Other than the profile has it, in this cluster alone. Never changed: the client cannot tell an element with layers that
  # changed from a second one.
  cluster_profile {
    id = spectrocloud_cluster_profile.notes.id
    pack {
      name   = "notes"
      type   = "manifest"
      tag    = "1.0.0"
      values = "pack:\n  namespace: default"
      manifest {
        name    = "note"
        content = local.note["of the cluster"]
      }
      manifest {
        name    = "second-note"
        content = local.second_note
      }
    }
    pack {
      name = "more"
      type = "manifest"
      tag  = "1.0.0"
    }
  }

  cluster_profile {
    id = spectrocloud_cluster_profile.last.id
  }
  backup_policy {
    prefix                    = "other"
    backup_location_id        = spectrocloud_backup_storage_location.backups.id
    schedule                  = "0 3 * * *"
    expiry_in_hour            = 12
    include_cluster_resources = false
  }
  cluster_rbac_binding {
    type = "ClusterRoleBinding"
    role = {
      kind = "ClusterRole"
      name = "view"
    }
    subjects {
      type = "User"
      name = "größe@example.com"
    }
    subjects {
      type = "Group"
      name = "auditors"
    }
  }
  # The client sends it with a change alone.
  dynamic "host_config" {
    for_each = var.round == "first" ? [] : [var.round]
    content {
      host_endpoint_type          = host_config.value == "changed" ? "LoadBalancer" : "Ingress"
      ingress_host                = host_config.value == "changed" ? "" : "apps.example.com"
      external_traffic_policy     = host_config.value == "changed" ? "Local" : ""
      load_balancer_source_ranges = host_config.value == "changed" ? "10.0.0.0/8,192.168.0.0/16" : ""
    }
  }
}

resource "spectrocloud_workspace" "minimal" {
  name = "conformance-minimal"
  clusters {
    uid = local.cluster
  }
}

resource "spectrocloud_workspace" "typical" {
  name        = "conformance-typical"
  description = "as of ${var.round}"
  tags        = ["round:${var.round}", "plain"]
  clusters {
    uid = local.cluster
  }
  workspace_quota {
    cpu    = var.cpu
    memory = 4096
  }
  dynamic "namespaces" {
    for_each = var.teams
    content {
      name = "team-${namespaces.value}"
      resource_allocation = {
        cpu_cores  = var.cpu
        memory_MiB = "2048"
      }
    }
  }
  cluster_rbac_binding {
    type = "ClusterRoleBinding"
    role = {
      kind = "ClusterRole"
      name = var.round
    }
    subjects {
      type = "Group"
      name = "developers"
    }
  }
  backup_policy {
    prefix                    = "typical"
    backup_location_id        = spectrocloud_backup_storage_location.backups.id
    schedule                  = "0 2 * * *"
    expiry_in_hour            = 24
    include_cluster_resources = var.round == "first"
  }
}

resource "spectrocloud_backup_storage_location" "backups" {
  name             = "conformance-workspace-backups"
  context          = "project"
  storage_provider = "minio"
  bucket_name      = "workspaces"
  region           = "eu-1"
  s3 {
    credential_type     = "secret"
    access_key          = "reader"
    secret_key          = "hush-workspaces"
    s3_url              = "https://minio.example:9000"
    s3_force_path_style = true
  }
}

resource "spectrocloud_workspace" "full" {
  name        = "conformance-full"
  description = "as of ${var.round}"
  tags        = ["round:${var.round}"]
  dynamic "clusters" {
    for_each = var.round == "again" ? [local.cluster] : [local.cluster, spectrocloud_cluster_brownfield.other.id]
    content {
      uid = clusters.value
    }
  }
  workspace_quota {
    cpu    = 64
    memory = 65536
    gpu    = 4
  }
  namespaces {
    name = "gpu"
    resource_allocation = {
      cpu_cores    = var.cpu
      memory_MiB   = "2048"
      gpu          = "2"
      gpu_provider = "nvidia"
    }
    cluster_resource_allocations {
      uid = local.cluster
      resource_allocation = {
        cpu_cores  = var.cpu
        memory_MiB = "1024"
        gpu        = "1"
      }
    }
    images_blacklist = ["nginx:latest", "redis:${var.round}"]
  }
  namespaces {
    name = "/^dev-.*/"
    resource_allocation = {
      cpu_cores  = "1"
      memory_MiB = "512"
    }
  }
  cluster_rbac_binding {
    type = "ClusterRoleBinding"
    role = {
      kind = "ClusterRole"
      name = "view"
    }
    subjects {
      type = "User"
      name = "${var.round}@example.com"
    }
    subjects {
      type      = "ServiceAccount"
      name      = "robot"
      namespace = "gpu"
    }
  }
  cluster_rbac_binding {
    type      = "RoleBinding"
    namespace = "gpu"
    role = {
      kind = "Role"
      name = var.round
    }
    subjects {
      type = "Group"
      name = "developers"
    }
  }
  dynamic "backup_policy" {
    for_each = var.backed_up ? ["once"] : []
    content {
      prefix                         = "conformance-${var.round}"
      backup_location_id             = spectrocloud_backup_storage_location.backups.id
      schedule                       = "0 1 * * *"
      expiry_in_hour                 = 48
      include_disks                  = false
      include_cluster_resources_mode = "always"
      namespaces                     = ["gpu"]
      cluster_uids                   = [local.cluster]
      include_all_clusters           = false
    }
  }
}

data "spectrocloud_project" "own" {
  name = var.project
}

data "spectrocloud_role" "held" {
  for_each = toset(["Workspace Admin", "Workspace Operator"])
  name     = each.value
}

locals {
  workspaces = {
    minimal = spectrocloud_workspace.minimal.id
    typical = spectrocloud_workspace.typical.id
    full    = spectrocloud_workspace.full.id
  }
}

resource "spectrocloud_user" "holder" {
  first_name = "Wanda"
  last_name  = "Größe"
  email      = "wanda@workspaces.example"
  # The client reads on both sides who is in a team.
  lifecycle {
    ignore_changes = [team_ids]
  }
  dynamic "workspace_role" {
    for_each = length(var.roles) == 0 ? [] : [data.spectrocloud_project.own.id]
    content {
      project_id = workspace_role.value
      dynamic "workspace" {
        for_each = var.roles
        content {
          id       = local.workspaces[workspace.key]
          role_ids = [for name in workspace.value : data.spectrocloud_role.held[name].id]
        }
      }
    }
  }
}

resource "spectrocloud_team" "holders" {
  name  = "conformance-workspaces"
  users = [spectrocloud_user.holder.id]

  dynamic "workspace_role_mapping" {
    for_each = length(var.roles) == 0 ? [] : [data.spectrocloud_project.own.id]
    content {
      id = workspace_role_mapping.value
      dynamic "workspace" {
        for_each = var.roles
        content {
          id    = local.workspaces[workspace.key]
          roles = [for name in workspace.value : data.spectrocloud_role.held[name].id]
        }
      }
    }
  }
}

data "spectrocloud_workspace" "found" {
  name = spectrocloud_workspace.minimal.name
}

output "same" {
  value = data.spectrocloud_workspace.found.id == spectrocloud_workspace.minimal.id
}

output "kubeconfig" {
  value     = spectrocloud_cluster_custom_cloud.cluster.admin_kube_config
  sensitive = true
}
