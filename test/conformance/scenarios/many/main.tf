# More than thirty objects of many kinds at once, all of one scope: the client works on ten at a time. Of each kind one that
# says as little as it can, and one that goes as far as names, tags and texts go.

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
# `project` or `tenant`.
variable "context" { type = string }
variable "round" { type = string }
# PEM of a service account: Google is asked with it.
variable "google_key" {
  type      = string
  sensitive = true
}

provider "spectrocloud" {
  host                      = var.host
  api_key                   = var.api_key
  project_name              = var.project
  ignore_insecure_tls_error = true
  retry_attempts            = 1
}

locals {
  # 253 letters are the most that a name has.
  longest = "Größe 注意 (v1.0) & co. – ${join("", [for place in range(229) : "n"])}"
  names   = { least = "conformance-least", most = local.longest }
  # The client keeps one scope for all it does at a time: what knows but one is made in the run of that scope.
  in_project = var.context == "project" ? local.names : {}
  in_tenant  = var.context == "tenant" ? local.names : {}

  tags    = [for place in range(30) : place % 3 == 0 ? "tag-${place}" : "größe-${place}:${var.round} ${place}/30"]
  tags_of = { least = null, most = local.tags }
  story   = "Größe \"${var.round}\" \\ Ende\n\n\tzweite Zeile – 注意 🚦 ${"$"}{x} %%\n"
  told_of = { least = null, most = local.story }
  key     = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGnBq7u7J1cVq4x0yqk2Yk3vX0pXH0cZx5m1nWlqf0aB"
}

resource "spectrocloud_ssh_key" "own" {
  for_each = merge(local.names, { for place in range(8) : "key-${place}" => "conformance-key-${place}" })
  name     = each.value
  context  = var.context
  ssh_key  = each.key == "most" ? "${local.key} ${var.round} für 注意" : local.key
}

resource "spectrocloud_cloudaccount_aws" "own" {
  for_each       = toset(["one", "two"])
  name           = "conformance-${each.value}"
  context        = var.context
  aws_access_key = "key of ${var.round}"
  aws_secret_key = "secret of ${var.round}"
}

resource "spectrocloud_cloudaccount_custom" "own" {
  name                     = local.longest
  context                  = var.context
  cloud                    = "local"
  private_cloud_gateway_id = ""
  credentials              = { for place in range(20) : "KEY_${place}" => "${var.round} ${place}" }
}

resource "spectrocloud_cluster_profile" "notes" {
  for_each    = local.names
  name        = each.value
  context     = var.context
  description = each.key == "most" ? local.story : ""
  tags        = local.tags_of[each.key]
  type        = "add-on"
  version     = each.key == "most" ? "10.20.30-rc.1" : "1.0.0"

  dynamic "pack" {
    for_each = each.key == "most" ? range(4) : range(1)
    content {
      name = "notes-${pack.value}"
      type = "manifest"
      tag  = "1.0.0"
      manifest {
        name    = "note"
        content = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: note-${pack.value}\ndata: {round: ${var.round}}"
      }
    }
  }
}

resource "spectrocloud_cluster_config_policy" "windows" {
  for_each = local.names
  name     = each.value
  context  = var.context
  tags     = local.tags_of[each.key]
  dynamic "schedules" {
    for_each = each.key == "most" ? range(14) : []
    content {
      name         = "Fenster ${schedules.value}"
      start_cron   = "${schedules.value} ${schedules.value} * * *"
      duration_hrs = 24 - schedules.value
    }
  }
}

resource "spectrocloud_cluster_config_template" "own" {
  for_each    = local.names
  name        = each.value
  context     = var.context
  description = local.told_of[each.key]
  tags        = local.tags_of[each.key]
  cloud_type  = "aws"

  dynamic "cluster_profile" {
    for_each = [for profile in spectrocloud_cluster_profile.notes : profile.id if each.key == "most"]
    content {
      id = cluster_profile.value
    }
  }
}

resource "spectrocloud_cluster_group" "own" {
  for_each    = local.names
  name        = each.value
  context     = var.context
  description = each.key == "most" ? local.story : ""
  tags        = local.tags_of[each.key]
  config {
    cpu_millicore            = each.key == "most" ? 2147483647 : null
    memory_in_mb             = each.key == "most" ? 2147483647 : null
    storage_in_gb            = each.key == "most" ? 2147483647 : null
    oversubscription_percent = each.key == "most" ? 1000 : null
  }
}

resource "spectrocloud_backup_storage_location" "s3" {
  for_each    = local.names
  name        = each.value
  context     = var.context
  bucket_name = each.key == "most" ? "conformance-${var.round}" : "conformance"
  region      = "eu-central-1"
  s3 {
    credential_type     = each.key == "most" ? "sts" : "secret"
    access_key          = each.key == "most" ? null : "key of ${var.round}"
    secret_key          = each.key == "most" ? null : "secret of ${var.round}"
    arn                 = each.key == "most" ? "arn:aws:iam::123456789012:role/${var.round}" : null
    external_id         = each.key == "most" ? "outside" : null
    s3_url              = each.key == "most" ? "https://s3.example/${var.round}" : null
    s3_force_path_style = each.key == "most"
  }
}

resource "spectrocloud_backup_storage_location" "google" {
  name             = "conformance-google"
  context          = var.context
  storage_provider = "gcp"
  bucket_name      = "conformance-${var.round}"
  gcp_storage_config {
    project_id = "conformance-1"
    gcp_json_credentials = jsonencode({
      type         = "service_account"
      client_email = "${var.round}@example.com"
      private_key  = var.google_key
    })
  }
}

resource "spectrocloud_backup_storage_location" "azure" {
  name             = "conformance-azure"
  context          = var.context
  storage_provider = "azure"
  azure_storage_config {
    container_name      = "conformance"
    storage_name        = "conformance"
    stock_keeping_unit  = "Standard_LRS"
    resource_group      = var.round
    azure_tenant_id     = "tenant"
    azure_client_id     = "client"
    subscription_id     = "subscription"
    azure_client_secret = "secret of ${var.round}"
  }
}

resource "spectrocloud_project" "own" {
  for_each    = local.in_project
  name        = each.value
  description = local.told_of[each.key]
  tags        = local.tags_of[each.key]
}

resource "spectrocloud_filter" "own" {
  for_each = local.in_project
  metadata {
    name = each.value
  }
  spec {
    filter_group {
      conjunction = "or"
      dynamic "filters" {
        for_each = each.key == "most" ? range(10) : range(1)
        content {
          key      = "größe-${filters.value}"
          negation = filters.value % 2 == 1
          operator = "eq"
          values   = [for place in range(each.key == "most" ? 3 : 1) : "${var.round} ${place}"]
        }
      }
    }
  }
}

resource "spectrocloud_alert" "mail" {
  for_each        = spectrocloud_project.own
  project         = each.value.name
  component       = "ClusterHealth"
  type            = "email"
  is_active       = each.key == "most"
  alert_all_users = false
  identifiers     = [for place in range(each.key == "most" ? 10 : 1) : "${var.round}-${place}@conformance.example"]
}

resource "spectrocloud_role" "own" {
  for_each    = local.in_tenant
  name        = each.value
  type        = "tenant"
  permissions = each.key == "least" ? [] : var.round == "first" ? ["project.get", "project.list"] : ["user.get", "team.get"]
}

resource "spectrocloud_user" "own" {
  for_each    = var.context == "tenant" ? { least = "a@b.example", most = "${join("", [for place in range(64) : "x"])}@conformance.example" } : {}
  first_name  = each.key == "most" ? local.longest : "A"
  last_name   = each.key == "most" ? "注意 🚦" : "B"
  email       = each.value
  tenant_role = each.key == "most" ? [spectrocloud_role.own[var.round == "first" ? "most" : "least"].id] : null
}

resource "spectrocloud_team" "own" {
  for_each            = local.in_tenant
  name                = each.value
  tenant_role_mapping = each.key == "most" ? [for role in spectrocloud_role.own : role.id] : []
}

resource "spectrocloud_registration_token" "own" {
  for_each    = local.in_tenant
  name        = each.value
  description = each.key == "most" ? local.story : ""
  expiry_date = "2199-12-31"
}

resource "spectrocloud_registry_oci" "images" {
  for_each           = local.in_tenant
  name               = each.value
  type               = "basic"
  is_private         = true
  is_synchronization = false
  endpoint           = "registry.example/${var.round}"
  credentials {
    credential_type = "basic"
    username        = each.key == "most" ? "Größe@registry.example" : "u"
    password        = each.key == "most" ? "注意 \"p\" \\ ${var.round}" : "p"
    tls_config {
      insecure_skip_verify = false
    }
  }
}

output "made" {
  value = length(concat(
    values(spectrocloud_ssh_key.own)[*].id, values(spectrocloud_cloudaccount_aws.own)[*].id,
    values(spectrocloud_cluster_profile.notes)[*].id, values(spectrocloud_cluster_config_policy.windows)[*].id,
    values(spectrocloud_cluster_config_template.own)[*].id, values(spectrocloud_cluster_group.own)[*].id,
    values(spectrocloud_backup_storage_location.s3)[*].id,
    [spectrocloud_cloudaccount_custom.own.id, spectrocloud_backup_storage_location.google.id, spectrocloud_backup_storage_location.azure.id],
    values(spectrocloud_project.own)[*].id, values(spectrocloud_filter.own)[*].id, values(spectrocloud_alert.mail)[*].id,
    values(spectrocloud_role.own)[*].id, values(spectrocloud_user.own)[*].id, values(spectrocloud_team.own)[*].id,
    values(spectrocloud_registration_token.own)[*].id, values(spectrocloud_registry_oci.images)[*].id,
  ))
}

# The longest name there is.
output "longest" {
  value = local.longest
}
