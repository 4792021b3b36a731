# The first foreign client: a project, two profiles, an account and a cluster of the custom cloud type `local`.
# What differs between the steps of the scenario is a variable; ../custom-cloud.ts has the values of each step.

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
variable "description" { type = string }
variable "tags" { type = set(string) }
variable "workers" { type = number }
variable "profile_version" { type = string }
variable "hello_version" { type = string }
variable "profile_variables" { type = map(string) }
variable "replicas" { type = number }
variable "owner" { type = string }
# Whether the cluster has the second pool, and the profile of applications.
variable "spare_pool" { type = bool }
variable "applications" { type = bool }
# Cores by name.
variable "namespaces" { type = map(string) }
variable "reader" { type = string }
variable "latitude" { type = number }
variable "timezone" { type = string }
variable "upgrades" { type = string }
# When machines are patched, backups are made and scans run; empty = never, for the last two.
variable "patching" { type = string }
variable "patch_after" { type = string }
variable "backups" { type = string }
variable "scans" { type = string }

provider "spectrocloud" {
  host                      = var.host
  api_key                   = var.api_key
  project_name              = var.project
  ignore_insecure_tls_error = true
  # A wrong status is sent again with growing pauses: fail at once instead.
  retry_attempts = 1
}

data "spectrocloud_registry_pack" "public" {
  name = "Public Repo"
}

locals {
  layers = {
    local-os   = "1.0.0"
    kubernetes = "1.34.4"
    local-cni  = "1.0.0"
    local-csi  = "1.0.0"
  }
  # A map has no order of its own; layers do.
  infrastructure = ["local-os", "kubernetes", "local-cni", "local-csi"]
}

data "spectrocloud_pack" "infrastructure" {
  for_each     = local.layers
  name         = each.key
  version      = each.value
  registry_uid = data.spectrocloud_registry_pack.public.id
}

# Without a version: the client looks for the newest.
data "spectrocloud_pack" "newest" {
  name         = "key-value-store"
  registry_uid = data.spectrocloud_registry_pack.public.id
}

resource "spectrocloud_project" "team" {
  name        = "conformance-team"
  description = var.description
  tags        = var.tags
}

resource "spectrocloud_cluster_profile" "infrastructure" {
  name        = "conformance-infrastructure"
  description = "Layers of a cluster on this machine"
  type        = "infra"
  cloud       = "local"
  version     = "1.0.0"

  dynamic "pack" {
    for_each = local.infrastructure
    content {
      name   = pack.value
      tag    = data.spectrocloud_pack.infrastructure[pack.value].version
      uid    = data.spectrocloud_pack.infrastructure[pack.value].id
      values = data.spectrocloud_pack.infrastructure[pack.value].values
    }
  }
}

resource "spectrocloud_cluster_profile" "applications" {
  name        = "conformance-applications"
  description = var.description
  tags        = var.tags
  type        = "add-on"
  cloud       = "all"
  version     = var.profile_version

  # Found by name, version and registry: the client resolves the uid, and keeps the old one when the version changes.
  pack {
    name         = "hello-atrium"
    tag          = var.hello_version
    registry_uid = data.spectrocloud_registry_pack.public.id
    values       = <<-EOT
      pack:
        namespace: hello-atrium
      charts:
        hello-atrium:
          greeting: "Hello {{ .spectro.var.owner }}"
          replicas: ${var.replicas}
    EOT
  }

  pack {
    name   = "notes"
    type   = "manifest"
    tag    = "1.0.0"
    values = ""
    manifest {
      name    = "note"
      content = <<-EOT
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: note
          namespace: default
        data:
          replicas: "${var.replicas}"
      EOT
    }
    manifest {
      name    = "second-note"
      content = <<-EOT
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: second-note
          namespace: default
      EOT
    }
  }

  profile_variables {
    variable {
      name          = "owner"
      display_name  = "Owner"
      description   = "Whom the page greets"
      format        = "string"
      default_value = "nobody"
      required      = true
    }
    variable {
      name          = "size"
      display_name  = "Size"
      default_value = "small"
      input_type    = "dropdown"
      options {
        label = "Small"
        value = "small"
      }
      options {
        label       = "Large"
        value       = "large"
        description = "Needs more memory"
      }
    }
    dynamic "variable" {
      for_each = var.profile_variables
      content {
        name          = variable.key
        display_name  = variable.key
        default_value = variable.value
      }
    }
  }
}

resource "spectrocloud_cloudaccount_custom" "machine" {
  name                     = "conformance-machine"
  cloud                    = "local"
  private_cloud_gateway_id = ""
  credentials = {
    NOTE = "none needed"
  }
}

resource "spectrocloud_backup_storage_location" "own" {
  name             = "conformance-cluster"
  context          = "project"
  storage_provider = "minio"
  is_default       = false
  bucket_name      = "backups"
  region           = "eu-1"
  s3 {
    credential_type     = "secret"
    access_key          = "reader"
    secret_key          = "hush"
    s3_url              = "https://minio.example:9000"
    s3_force_path_style = true
  }
}

resource "spectrocloud_cluster_custom_cloud" "cluster" {
  name                 = "conformance"
  description          = var.description
  tags                 = var.tags
  cloud                = "local"
  cloud_account_id     = spectrocloud_cloudaccount_custom.machine.id
  cluster_timezone     = var.timezone
  pause_agent_upgrades = var.upgrades
  os_patch_on_boot     = var.upgrades == "lock"
  os_patch_schedule    = var.patching
  os_patch_after       = var.patch_after == "" ? null : var.patch_after

  location_config {
    country_code = "AT"
    country_name = "Austria"
    region_code  = "9"
    region_name  = "Vienna"
    latitude     = var.latitude
    longitude    = 16.5
  }

  dynamic "namespaces" {
    for_each = var.namespaces
    content {
      name = namespaces.key
      resource_allocation = {
        cpu_cores  = namespaces.value
        memory_MiB = "1024"
      }
    }
  }

  # The client sends bindings of whole clusters first, and compares their order.
  cluster_rbac_binding {
    type = "ClusterRoleBinding"
    role = {
      kind = "ClusterRole"
      name = "view"
    }
    subjects {
      type = "User"
      name = var.reader
    }
    subjects {
      type = "Group"
      name = "auditors"
    }
  }
  cluster_rbac_binding {
    type      = "RoleBinding"
    namespace = "team-b"
    role = {
      kind = "ClusterRole"
      name = "edit"
    }
    subjects {
      type      = "ServiceAccount"
      name      = "robot"
      namespace = "team-b"
    }
  }

  dynamic "backup_policy" {
    for_each = var.backups == "" ? [] : [var.backups]
    content {
      prefix             = "nightly"
      backup_location_id = spectrocloud_backup_storage_location.own.id
      schedule           = backup_policy.value
      expiry_in_hour     = 720
      # An import reads neither this nor the mode.
      include_cluster_resources = false
      namespaces                = ["team-b"]
    }
  }
  dynamic "scan_policy" {
    for_each = var.scans == "" ? [] : [var.scans]
    content {
      configuration_scan_schedule = scan_policy.value
      penetration_scan_schedule   = ""
      conformance_scan_schedule   = scan_policy.value
    }
  }

  cluster_profile {
    id = spectrocloud_cluster_profile.infrastructure.id
  }
  dynamic "cluster_profile" {
    for_each = var.applications ? [spectrocloud_cluster_profile.applications.id] : []
    content {
      id = cluster_profile.value
      variables = {
        owner = var.owner
      }
    }
  }

  cloud_config {
    values = <<-EOT
      apiVersion: cluster.x-k8s.io/v1beta1
      kind: Cluster
      metadata:
        name: conformance
    EOT
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

  machine_pool {
    node_pool_config = <<-EOT
      apiVersion: cluster.x-k8s.io/v1beta1
      kind: MachineDeployment
      metadata:
        name: workers
      spec:
        replicas: ${var.workers}
        template:
          metadata:
            labels:
              tier: web
          spec:
            version: v1.34.4
    EOT
    taints {
      key    = "conformance"
      value  = "yes"
      effect = "PreferNoSchedule"
    }
  }

  dynamic "machine_pool" {
    for_each = var.spare_pool ? ["spare"] : []
    content {
      node_pool_config = <<-EOT
        apiVersion: cluster.x-k8s.io/v1beta1
        kind: MachineDeployment
        metadata:
          name: ${machine_pool.value}
        spec:
          replicas: 1
      EOT
    }
  }
}

data "spectrocloud_cluster" "cluster" {
  name = spectrocloud_cluster_custom_cloud.cluster.name
}

output "kubeconfig" {
  value     = spectrocloud_cluster_custom_cloud.cluster.admin_kube_config
  sensitive = true
}

# Found by its name, as another configuration would.
output "found" {
  value = {
    pack   = data.spectrocloud_pack.newest.version
    uid    = data.spectrocloud_cluster.cluster.id
    state  = data.spectrocloud_cluster.cluster.state
    health = data.spectrocloud_cluster.cluster.health
  }
}
