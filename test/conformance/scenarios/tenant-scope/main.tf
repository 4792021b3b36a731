# What belongs to the tenant, not to a project: the header `ProjectUid` is absent. Two versions of one profile, found
# again by name and version, and a cluster that a template makes of one of them.

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
variable "content" { type = string }
variable "versions" { type = list(string) }

provider "spectrocloud" {
  host                      = var.host
  api_key                   = var.api_key
  project_name              = var.project
  ignore_insecure_tls_error = true
  retry_attempts            = 1
}

resource "spectrocloud_cluster_profile" "notes" {
  for_each = toset(var.versions)
  name     = "conformance-notes"
  context  = "tenant"
  type     = "add-on"
  version  = each.value

  pack {
    name   = "notes"
    type   = "manifest"
    tag    = "1.0.0"
    values = ""
    manifest {
      name    = "note"
      content = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: ${var.content}"
    }
  }
  profile_variables {
    variable {
      name          = "owner"
      display_name  = "Owner"
      default_value = "nobody"
    }
  }
}

resource "spectrocloud_cloudaccount_custom" "shared" {
  name                     = "conformance-shared"
  context                  = "tenant"
  cloud                    = "local"
  private_cloud_gateway_id = ""
  credentials = {
    NOTE = "none needed by ${var.content}"
  }
}

# The project's own account of the same name is another one.
resource "spectrocloud_cloudaccount_custom" "own" {
  name                     = "conformance-shared"
  cloud                    = "local"
  private_cloud_gateway_id = ""
  credentials = {
    NOTE = "none needed"
  }
}

data "spectrocloud_registry_pack" "public" {
  name = "Public Repo"
}

locals {
  # A map has no order of its own; layers do.
  layers   = ["local-os", "kubernetes", "local-cni", "local-csi"]
  versions = { local-os = "1.0.0", kubernetes = "1.34.4", local-cni = "1.0.0", local-csi = "1.0.0" }
}

data "spectrocloud_pack" "infrastructure" {
  for_each     = local.versions
  name         = each.key
  version      = each.value
  registry_uid = data.spectrocloud_registry_pack.public.id
}

resource "spectrocloud_cluster_profile" "infrastructure" {
  name    = "conformance-shared"
  context = "tenant"
  type    = "infra"
  cloud   = "local"

  dynamic "pack" {
    for_each = local.layers
    content {
      name   = pack.value
      tag    = data.spectrocloud_pack.infrastructure[pack.value].version
      uid    = data.spectrocloud_pack.infrastructure[pack.value].id
      values = data.spectrocloud_pack.infrastructure[pack.value].values
    }
  }
}

resource "spectrocloud_cluster_config_template" "shared" {
  name       = "conformance-shared"
  context    = "tenant"
  cloud_type = "local"
  cluster_profile {
    id = spectrocloud_cluster_profile.infrastructure.id
  }
  cluster_profile {
    id = spectrocloud_cluster_profile.notes["1.0.0"].id
  }
}

# The client does not wait for it: it may be on its way still when it is changed and destroyed.
resource "spectrocloud_cluster_custom_cloud" "shared" {
  name               = "conformance-shared"
  context            = "tenant"
  cloud              = "local"
  cloud_account_id   = spectrocloud_cloudaccount_custom.shared.id
  description        = var.content
  skip_completion    = true
  force_delete       = true
  force_delete_delay = 25

  cluster_template {
    id = spectrocloud_cluster_config_template.shared.id
    cluster_profile {
      id = spectrocloud_cluster_profile.infrastructure.id
    }
    cluster_profile {
      id        = spectrocloud_cluster_profile.notes["1.0.0"].id
      variables = { owner = var.content }
    }
  }
  cloud_config {
    values    = <<-EOT
      apiVersion: cluster.x-k8s.io/v1beta1
      kind: Cluster
      metadata:
        name: conformance-shared
    EOT
    overrides = { "Cluster.metadata.namespace" = "overridden" }
  }
  # The client sends none when it makes a cluster.
  dynamic "backup_policy" {
    for_each = var.content == "first" ? [] : [var.content]
    content {
      prefix                         = "shared"
      backup_location_id             = spectrocloud_backup_storage_location.shared.id
      schedule                       = "0 4 * * *"
      expiry_in_hour                 = 36
      include_disks                  = false
      include_cluster_resources_mode = "never"
    }
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
    dynamic "taints" {
      for_each = toset(var.versions)
      content {
        key    = "conformance.example/v${taints.value}"
        value  = var.content
        effect = "PreferNoSchedule"
      }
    }
  }
}

# Nobody applies its manifest.
resource "spectrocloud_cluster_brownfield" "shared" {
  name       = "conformance-imported"
  context    = "tenant"
  cloud_type = "generic"
}

resource "spectrocloud_cluster_group" "hosts" {
  name = "conformance-hosts"
  config {}
  clusters {
    cluster_uid = spectrocloud_cluster_custom_cloud.shared.id
    host_dns    = "*.${var.content}.example.com"
  }
  dynamic "clusters" {
    for_each = var.content == "first" ? [spectrocloud_cluster_brownfield.shared.id] : []
    content {
      cluster_uid = clusters.value
    }
  }
}

resource "spectrocloud_backup_storage_location" "shared" {
  name        = "conformance-shared"
  context     = "tenant"
  bucket_name = "shared"
  region      = "eu-central-1"
  s3 {
    credential_type = "secret"
    access_key      = "reader"
    secret_key      = "hush"
  }
}

data "spectrocloud_cluster" "shared" {
  name    = spectrocloud_cluster_custom_cloud.shared.name
  context = "tenant"
  virtual = false
}

data "spectrocloud_cluster_profile" "notes" {
  for_each = toset(var.versions)
  name     = spectrocloud_cluster_profile.notes[each.value].name
  version  = each.value
  context  = "tenant"
}

data "spectrocloud_cloudaccount_custom" "shared" {
  name    = spectrocloud_cloudaccount_custom.shared.name
  cloud   = "local"
  context = "tenant"
}

output "same" {
  value = (
    data.spectrocloud_cluster.shared.id == spectrocloud_cluster_custom_cloud.shared.id &&
    data.spectrocloud_cloudaccount_custom.shared.id == spectrocloud_cloudaccount_custom.shared.id &&
    alltrue([for version in var.versions :
      data.spectrocloud_cluster_profile.notes[version].id == spectrocloud_cluster_profile.notes[version].id
    ])
  )
}

output "newest" {
  value = spectrocloud_cluster_profile.notes[var.versions[length(var.versions) - 1]].id
}
