# What a tenant sets for itself: rules for passwords, limits, how the platform behaves, macros; and roles of its own for
# people who hold them.

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
# `least`: only what must be said; `some`: as most people write it; `most`: everything, as far as it goes.
variable "amount" { type = string }
variable "macros" { type = map(string) }
variable "project_macros" { type = map(string) }
# Names of permissions, by scope of the role that holds them.
variable "permissions" { type = map(list(string)) }
variable "upgrades" { type = string }
variable "project_upgrades" { type = string }

provider "spectrocloud" {
  host                      = var.host
  api_key                   = var.api_key
  project_name              = var.project
  ignore_insecure_tls_error = true
  retry_attempts            = 1
}

locals {
  some   = var.amount != "least"
  most   = var.amount == "most"
  scopes = ["project", "tenant", "resource"]
  held   = merge([for scope in local.scopes : { for name in var.permissions[scope] : "${scope}: ${name}" => [scope, name] }]...)
}

resource "spectrocloud_password_policy" "rules" {
  # Either minimum numbers or an expression.
  min_password_length    = local.most ? 64 : null
  min_uppercase_letters  = local.most ? 9 : null
  min_lowercase_letters  = local.most ? 9 : null
  min_digits             = local.most ? 9 : null
  min_special_characters = local.most ? 9 : null
  password_regex         = local.some && !local.most ? "^[A-Za-z0-9 !\\-_ß]{10,64}$" : null
  password_expiry_days   = local.most ? 1000 : local.some ? 90 : null
  first_reminder_days    = local.most ? 90 : null
}

resource "spectrocloud_resource_limit" "limits" {
  alert                  = local.most ? 10000 : null
  api_keys               = local.most ? 10000 : null
  appliance              = local.most ? 50000 : null
  appliance_token        = local.most ? 10000 : null
  application_deployment = local.most ? 10000 : null
  application_profile    = local.most ? 1 : null
  certificate            = local.most ? 10000 : null
  cloud_account          = local.most ? 10000 : null
  cluster                = local.most ? 50000 : null
  cluster_group          = local.most ? 10000 : null
  cluster_profile        = local.most ? 10000 : null
  filter                 = local.most ? 10000 : null
  location               = local.most ? 10000 : null
  macro                  = local.most ? 10000 : null
  private_gateway        = local.most ? 10000 : null
  project                = local.most ? 10000 : local.some ? 60 : null
  registry               = local.most ? 10000 : null
  role                   = local.most ? 10000 : null
  ssh_key                = local.most ? 10000 : null
  team                   = local.most ? 10000 : null
  user                   = local.most ? 10000 : local.some ? 400 : null
  workspace              = local.most ? 10000 : null
}

resource "spectrocloud_developer_setting" "credit" {
  virtual_clusters_limit    = local.most ? 1000 : 2
  cpu                       = local.most ? 1000 : local.some ? 4 : 12
  memory                    = local.most ? 1000 : local.some ? 4 : 16
  storage                   = local.most ? 100000 : local.some ? 2 : 20
  hide_system_cluster_group = local.most
}

resource "spectrocloud_platform_setting" "tenant" {
  # The client shows the server's default as a difference when it is not given.
  session_timeout                = local.most ? 1440 : 240
  pause_agent_upgrades           = var.upgrades
  cluster_auto_remediation       = !local.most
  automatic_cluster_role_binding = local.most
  non_fips_addon_pack            = local.most ? true : null
  non_fips_features              = local.most ? true : null
  non_fips_cluster_import        = local.most ? true : null

  dynamic "login_banner" {
    for_each = local.some ? ["shown"] : []
    content {
      title   = local.most ? "Hinweis für Gäste – 注意 🚦" : "Notice"
      message = local.most ? join("\n", [for line in range(40) : "Zeile ${line}: \"Größe\" \\ Ende\t✓"]) : "Be kind."
    }
  }
}

resource "spectrocloud_platform_setting" "project" {
  context                  = "project"
  pause_agent_upgrades     = var.project_upgrades
  enable_auto_remediation  = !local.most
  cluster_auto_remediation = !local.some
}

resource "spectrocloud_macros" "tenant" {
  macros = var.macros
}

resource "spectrocloud_macros" "project" {
  context = "project"
  macros  = var.project_macros
}

data "spectrocloud_permission" "held" {
  for_each = local.held
  scope    = each.value[0]
  name     = each.value[1]
}

resource "spectrocloud_role" "own" {
  for_each    = toset(local.scopes)
  name        = "conformance-${each.value}"
  type        = each.value
  permissions = toset(flatten([for key, pair in local.held : data.spectrocloud_permission.held[key].permissions if pair[0] == each.value]))
}

data "spectrocloud_project" "default" {
  name = var.project
}

resource "spectrocloud_user" "holder" {
  first_name  = "Ada"
  last_name   = "von der Größe"
  email       = "ada.holder+conformance@sub.conformance.example"
  tenant_role = local.some ? [spectrocloud_role.own["tenant"].id] : []

  dynamic "project_role" {
    for_each = local.some ? ["held"] : []
    content {
      project_id = data.spectrocloud_project.default.id
      role_ids   = concat([spectrocloud_role.own["project"].id], local.most ? [data.spectrocloud_role.viewer.id] : [])
    }
  }
}

resource "spectrocloud_team" "holders" {
  name                = "conformance-holders"
  tenant_role_mapping = [spectrocloud_role.own["tenant"].id]
  dynamic "project_role_mapping" {
    for_each = local.most ? ["held"] : []
    content {
      id    = data.spectrocloud_project.default.id
      roles = [spectrocloud_role.own["project"].id]
    }
  }
}

data "spectrocloud_role" "viewer" {
  name = "Project Viewer"
}

data "spectrocloud_role" "own" {
  id = spectrocloud_role.own["resource"].id
}

data "spectrocloud_user" "holder" {
  email = spectrocloud_user.holder.email
}

data "spectrocloud_team" "holders" {
  id = spectrocloud_team.holders.id
}

data "spectrocloud_macros" "tenant" {
  macro_name = keys(var.macros)[0]
  depends_on = [spectrocloud_macros.tenant]
}

data "spectrocloud_macros" "project" {
  context    = "project"
  depends_on = [spectrocloud_macros.project]
}

output "found" {
  value = {
    user    = data.spectrocloud_user.holder.id == spectrocloud_user.holder.id
    team    = data.spectrocloud_team.holders.name == spectrocloud_team.holders.name
    role    = data.spectrocloud_role.own.permissions == spectrocloud_role.own["resource"].permissions
    macro   = data.spectrocloud_macros.tenant.macro_value == values(var.macros)[0]
    macros  = data.spectrocloud_macros.tenant.macros_map == var.macros
    project = data.spectrocloud_macros.project.macros_map == var.project_macros
  }
}

# Teams are imported by nothing but their id.
output "team" {
  value = spectrocloud_team.holders.id
}
