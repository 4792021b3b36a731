# Maintenance policies, templates of clusters and groups of clusters, in a project and at tenant scope.

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
variable "profile_version" { type = string }
variable "windows" { type = map(string) }
variable "hours" { type = number }
# When an upgrade was asked for; empty = never.
variable "asked" { type = string }
variable "percent" { type = number }

provider "spectrocloud" {
  host                      = var.host
  api_key                   = var.api_key
  project_name              = var.project
  ignore_insecure_tls_error = true
  retry_attempts            = 1
}

locals {
  scopes   = toset(["project", "tenant"])
  versions = toset(["1.0.0", "1.1.0"])
}

resource "spectrocloud_cluster_profile" "notes" {
  for_each = local.versions
  name     = "conformance-templates"
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
      content = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: {{.spectro.var.owner}}"
    }
  }
  profile_variables {
    variable {
      name          = "owner"
      display_name  = "Owner"
      default_value = "nobody"
    }
    variable {
      name          = "size"
      display_name  = "Size"
      default_value = "1"
    }
  }
}

resource "spectrocloud_cluster_profile" "more" {
  name    = "conformance-more"
  context = "tenant"
  type    = "add-on"
  pack {
    name = "more"
    type = "manifest"
    manifest {
      name    = "more"
      content = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: more"
    }
    manifest {
      name    = "yet-more"
      content = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: yet-more"
    }
  }
  pack {
    name = "most"
    type = "manifest"
    manifest {
      name    = "most"
      content = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: most"
    }
  }
}

resource "spectrocloud_cluster_config_policy" "windows" {
  for_each    = local.scopes
  name        = "conformance-windows"
  context     = each.value
  policy_type = "maintenance"
  tags        = ["round:${var.round}", "plain"]
  dynamic "schedules" {
    for_each = var.windows
    content {
      name         = schedules.key
      start_cron   = schedules.value
      duration_hrs = var.hours
    }
  }
}

# Without a single window.
resource "spectrocloud_cluster_config_policy" "minimal" {
  name = "conformance-minimal"
}

resource "spectrocloud_cluster_config_template" "minimal" {
  name       = "conformance-minimal"
  cloud_type = "local"
}

resource "spectrocloud_cluster_config_template" "full" {
  for_each    = local.scopes
  name        = "conformance-full"
  context     = each.value
  description = "as of ${var.round}"
  tags        = ["round:${var.round}"]
  cloud_type  = "aws"
  upgrade_now = var.asked == "" ? null : var.asked

  cluster_profile {
    id = spectrocloud_cluster_profile.notes[var.profile_version].id
    variables {
      name  = "owner"
      value = var.round
    }
    variables {
      name            = "size"
      assign_strategy = "cluster"
    }
  }
  cluster_profile {
    id = spectrocloud_cluster_profile.more.id
  }
  policy {
    id   = spectrocloud_cluster_config_policy.windows[each.value].id
    kind = "maintenance"
  }
}

resource "spectrocloud_cluster_group" "minimal" {
  name = "conformance-minimal"
  config {}
}

resource "spectrocloud_cluster_group" "full" {
  for_each    = local.scopes
  name        = "conformance-full"
  context     = each.value
  description = "as of ${var.round}"
  tags        = ["round:${var.round}"]

  config {
    host_endpoint_type       = "LoadBalancer"
    cpu_millicore            = 6000
    memory_in_mb             = 8192
    storage_in_gb            = 10
    oversubscription_percent = var.percent
    k8s_distribution         = "k3s"
  }
  cluster_profile {
    id        = spectrocloud_cluster_profile.notes[var.profile_version].id
    variables = { owner = var.round }
  }
  # Never changed: the client cannot tell an element with layers that changed from a second one.
  cluster_profile {
    id = spectrocloud_cluster_profile.more.id
    pack {
      name = "more"
      type = "manifest"
      tag  = "1.0.0"
      manifest {
        name    = "more"
        content = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: more-here"
      }
      manifest {
        name    = "yet-more"
        content = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: yet-more-here"
      }
    }
    pack {
      name   = "most"
      values = "pack:\n  namespace: most"
    }
  }
}

data "spectrocloud_cluster_config_policy" "found" {
  for_each = local.scopes
  name     = spectrocloud_cluster_config_policy.windows[each.value].name
  context  = each.value
}

data "spectrocloud_cluster_config_template" "found" {
  for_each = local.scopes
  name     = spectrocloud_cluster_config_template.full[each.value].name
  context  = each.value
}

data "spectrocloud_cluster_group" "found" {
  for_each = local.scopes
  name     = spectrocloud_cluster_group.full[each.value].name
  context  = each.value
}

output "same" {
  value = alltrue(flatten([for scope in local.scopes : [
    data.spectrocloud_cluster_config_policy.found[scope].id == spectrocloud_cluster_config_policy.windows[scope].id,
    data.spectrocloud_cluster_config_template.found[scope].id == spectrocloud_cluster_config_template.full[scope].id,
    data.spectrocloud_cluster_group.found[scope].id == spectrocloud_cluster_group.full[scope].id,
  ]]))
}
