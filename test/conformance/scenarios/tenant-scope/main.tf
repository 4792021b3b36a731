# What belongs to the tenant, not to a project: the header `ProjectUid` is absent. Two versions of one profile, found
# again by name and version.

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
    data.spectrocloud_cloudaccount_custom.shared.id == spectrocloud_cloudaccount_custom.shared.id &&
    alltrue([for version in var.versions :
      data.spectrocloud_cluster_profile.notes[version].id == spectrocloud_cluster_profile.notes[version].id
    ])
  )
}

output "newest" {
  value = spectrocloud_cluster_profile.notes[var.versions[length(var.versions) - 1]].id
}
