# Clusters that somebody else made: one that is managed, with all it can be given, and one that is only watched and whose
# manifest nobody applies. Another resource brings a profile to the first.

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
variable "tags" { type = set(string) }
# Cores by name.
variable "namespaces" { type = map(string) }
variable "reader" { type = string }
variable "schedule" { type = string }
variable "upgrades" { type = string }
# Where virtual clusters would be reached; empty = it hosts none.
variable "ingress" { type = string }
# `cordon` or `uncordon` for the worker; empty = neither.
variable "maintenance" { type = string }
# Version of the profile that is deployed; empty = none.
variable "deployed" { type = string }
# Empty = as the profile has it.
variable "colour" { type = string }

provider "spectrocloud" {
  host                      = var.host
  api_key                   = var.api_key
  project_name              = var.project
  ignore_insecure_tls_error = true
  retry_attempts            = 1
}

resource "spectrocloud_cluster_profile" "own" {
  name    = "conformance-own"
  type    = "add-on"
  cloud   = "all"
  version = "1.0.0"

  pack {
    name   = "note"
    type   = "manifest"
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
          round: "{{ .spectro.var.round }}"
      EOT
    }
  }

  profile_variables {
    variable {
      name         = "round"
      display_name = "Round"
    }
  }
}

resource "spectrocloud_cluster_profile" "deployed" {
  for_each = toset(["1.0.0", "1.1.0"])
  name     = "conformance-deployed"
  type     = "add-on"
  cloud    = "all"
  version  = each.key

  pack {
    name   = "sign"
    type   = "manifest"
    values = ""
    manifest {
      name    = "sign"
      content = <<-EOT
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: sign
          namespace: default
        data:
          version: "${each.key}"
          colour: "{{ .spectro.var.colour }}"
      EOT
    }
  }

  profile_variables {
    variable {
      name          = "colour"
      display_name  = "Colour"
      default_value = "grey"
    }
  }
}

resource "spectrocloud_backup_storage_location" "own" {
  name             = "conformance-imported"
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

resource "spectrocloud_cluster_brownfield" "managed" {
  name                 = "conformance-managed"
  cloud_type           = "generic"
  description          = "as it is in round ${var.round}"
  tags                 = var.tags
  cluster_timezone     = "Europe/Vienna"
  pause_agent_upgrades = var.upgrades

  cluster_profile {
    id = spectrocloud_cluster_profile.own.id
    variables = {
      round = var.round
    }
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
  }
  cluster_rbac_binding {
    type      = "RoleBinding"
    namespace = "team-a"
    role = {
      kind = "ClusterRole"
      name = "edit"
    }
    subjects {
      type      = "ServiceAccount"
      name      = "robot"
      namespace = "team-a"
    }
  }

  backup_policy {
    prefix                         = "nightly"
    backup_location_id             = spectrocloud_backup_storage_location.own.id
    schedule                       = var.schedule
    expiry_in_hour                 = 720
    include_disks                  = true
    include_cluster_resources_mode = "always"
    namespaces                     = keys(var.namespaces)
  }
  scan_policy {
    configuration_scan_schedule = var.schedule
    penetration_scan_schedule   = ""
    conformance_scan_schedule   = var.schedule
  }

  # Nobody knows which pools its owner made its nodes of: any name does.
  dynamic "machine_pool" {
    for_each = var.maintenance == "" ? [] : [var.maintenance]
    content {
      name = "any"
      node {
        node_name = "theirs-worker-0"
        action    = machine_pool.value
      }
    }
  }

  # The client sends it with a change alone.
  dynamic "host_config" {
    for_each = var.ingress == "" ? [] : [var.ingress]
    content {
      host_endpoint_type = "Ingress"
      ingress_host       = host_config.value
    }
  }
}

resource "spectrocloud_cluster_brownfield" "watched" {
  name        = "conformance-watched"
  cloud_type  = "aws"
  import_mode = "read_only"
}

resource "spectrocloud_addon_deployment" "sign" {
  count         = var.deployed == "" ? 0 : 1
  context       = "project"
  apply_setting = "DownloadAndInstall"
  cluster_uid   = spectrocloud_cluster_brownfield.managed.id

  cluster_profile {
    id = spectrocloud_cluster_profile.deployed[var.deployed].id
    # The client cannot change an element that has values already: it takes the former one for a second profile.
    variables = var.colour == "" ? null : { colour = var.colour }
  }
}

data "spectrocloud_cluster" "managed" {
  name       = "conformance-managed"
  depends_on = [spectrocloud_cluster_brownfield.managed]
}

# `kubectl apply -f` and the address; empty once an agent has come.
output "command" {
  value     = spectrocloud_cluster_brownfield.managed.kubectl_command
  sensitive = true
}

output "uid" {
  value = spectrocloud_cluster_brownfield.managed.id
}

output "found" {
  value = {
    same   = data.spectrocloud_cluster.managed.id == spectrocloud_cluster_brownfield.managed.id
    state  = data.spectrocloud_cluster.managed.state
    health = data.spectrocloud_cluster.managed.health
    zone   = data.spectrocloud_cluster.managed.cluster_timezone
  }
}
