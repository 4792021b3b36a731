# Workspaces over a cluster: one of nothing but the cluster, one as most people write them, and one of everything.

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

  cluster_profile {
    id = spectrocloud_cluster_profile.infrastructure.id
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
  clusters {
    uid = local.cluster
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

data "spectrocloud_workspace" "found" {
  name = spectrocloud_workspace.minimal.name
}

output "same" {
  value = data.spectrocloud_workspace.found.id == spectrocloud_workspace.minimal.id
}
