# Who may do what, and what a tenant keeps for its people: teams, filters, alerts, keys, tokens, single sign-on, places
# for backups.

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
variable "members" { type = list(string) }
variable "team_roles" { type = list(string) }
variable "team_projects" { type = list(string) }
variable "conjunction" { type = string }
variable "tags" { type = map(string) }
variable "told" { type = list(string) }
variable "hooks" { type = map(string) }
variable "key_comment" { type = string }
variable "token_status" { type = string }
variable "token_until" { type = string }
variable "sign_in" { type = string }
variable "domains" { type = list(string) }
variable "bucket" { type = string }
variable "is_default" { type = bool }
# Who signed certificates of what the tenant uses, PEM; empty = somebody whom everybody knows.
variable "authority" { type = string }
# Uid of the tenant: a role in AWS has to ask for it.
variable "tenant" { type = string }

provider "spectrocloud" {
  host                      = var.host
  api_key                   = var.api_key
  project_name              = var.project
  ignore_insecure_tls_error = true
  retry_attempts            = 1
}

resource "spectrocloud_project" "work" {
  for_each = toset(["conformance-one", "conformance-two"])
  name     = each.value
}

data "spectrocloud_role" "held" {
  for_each = toset(["Tenant Viewer", "Tenant Role Admin", "Project Viewer", "Cluster Admin", "Resource Cluster Viewer"])
  name     = each.value
}

resource "spectrocloud_user" "member" {
  for_each   = toset(["ada", "ben", "cleo"])
  first_name = each.value
  last_name  = "Member"
  email      = "${each.value}@conformance.example"

  resource_role {
    project_ids = [spectrocloud_project.work["conformance-one"].id]
    filter_ids  = [spectrocloud_filter.tags.id]
    role_ids    = [data.spectrocloud_role.held["Resource Cluster Viewer"].id]
  }

  # The client reads on both sides who is in a team.
  lifecycle {
    ignore_changes = [team_ids]
  }
}

resource "spectrocloud_team" "blue" {
  name                = "conformance-blue"
  users               = [for name in var.members : spectrocloud_user.member[name].id]
  tenant_role_mapping = [for name in var.team_roles : data.spectrocloud_role.held[name].id]

  dynamic "project_role_mapping" {
    for_each = toset(var.team_projects)
    content {
      id    = spectrocloud_project.work[project_role_mapping.value].id
      roles = [for name in ["Project Viewer", "Cluster Admin"] : data.spectrocloud_role.held[name].id]
    }
  }
}

# With nobody in it and no role.
resource "spectrocloud_team" "empty" {
  name = "conformance-empty"
}

# A user who says it: the client reads on both sides who is in a team.
resource "spectrocloud_team" "joined" {
  for_each = toset(["one", "two"])
  name     = "conformance-joined-${each.value}"
  lifecycle {
    ignore_changes = [users]
  }
}

resource "spectrocloud_user" "joining" {
  first_name = "Dora"
  last_name  = "Member"
  email      = "dora@conformance.example"
  team_ids   = [for team in ["one", "two"] : spectrocloud_team.joined[team].id]

  dynamic "resource_role" {
    for_each = var.team_projects
    content {
      project_ids = [spectrocloud_project.work[resource_role.value].id]
      filter_ids  = [spectrocloud_filter.tags.id]
      role_ids    = [data.spectrocloud_role.held["Resource Cluster Viewer"].id]
    }
  }
}

resource "spectrocloud_filter" "tags" {
  metadata {
    name = "conformance-tags"
  }
  spec {
    filter_group {
      conjunction = var.conjunction
      dynamic "filters" {
        for_each = var.tags
        content {
          key      = filters.key
          negation = startswith(filters.key, "no")
          operator = "eq"
          values   = split(",", filters.value)
        }
      }
    }
  }
}

resource "spectrocloud_alert" "mail" {
  project         = spectrocloud_project.work["conformance-one"].name
  component       = "ClusterHealth"
  type            = "email"
  is_active       = true
  alert_all_users = length(var.told) == 0
  identifiers     = var.told
}

resource "spectrocloud_alert" "hook" {
  project   = spectrocloud_project.work["conformance-two"].name
  component = "ClusterHealth"
  # By mail too, once there are more headers.
  type            = length(var.hooks) > 1 ? "" : "http"
  is_active       = length(var.hooks) > 1
  alert_all_users = false
  identifiers     = length(var.hooks) > 1 ? var.told : []
  created_by      = "somebody"
  http {
    method  = "POST"
    url     = "https://hooks.example/cluster"
    body    = "{ \"text\": \"{{message}}\" }"
    headers = var.hooks
  }
}

resource "spectrocloud_ssh_key" "own" {
  name    = "conformance-key"
  ssh_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGnBq7u7J1cVq4x0yqk2Yk3vX0pXH0cZx5m1nWlqf0aB ${var.key_comment}"
}

resource "spectrocloud_ssh_key" "shared" {
  name    = "conformance-shared-key"
  context = "tenant"
  ssh_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGnBq7u7J1cVq4x0yqk2Yk3vX0pXH0cZx5m1nWlqf0aB"
}

resource "spectrocloud_registration_token" "edge" {
  name        = "conformance-edge"
  description = "for ${var.token_status} hosts"
  expiry_date = var.token_until
  project_uid = spectrocloud_project.work["conformance-one"].id
  status      = var.token_status
}

resource "spectrocloud_sso" "sign_in" {
  sso_auth_type  = var.sign_in
  domains        = var.domains
  auth_providers = length(var.domains) > 0 ? ["github"] : []

  dynamic "oidc" {
    for_each = var.sign_in == "oidc" ? [1] : []
    content {
      issuer_url       = "https://issuer.example"
      client_id        = "conformance"
      client_secret    = "hush"
      scopes           = ["profile", "email", "openid"]
      first_name       = "given_name"
      last_name        = "family_name"
      email            = "email"
      spectro_team     = "groups"
      default_team_ids = [spectrocloud_team.empty.id]

      identity_provider_ca_certificate = var.authority
      insecure_skip_tls_verify         = false
      user_info_endpoint {
        first_name   = "given_name"
        last_name    = "family_name"
        email        = "email"
        spectro_team = "groups"
      }
    }
  }

  dynamic "saml" {
    for_each = var.sign_in == "saml" ? [1] : []
    content {
      service_provider           = "Okta"
      identity_provider_metadata = file("${path.module}/idp.xml")
      name_id_format             = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
      enable_single_logout       = true
      first_name                 = "FirstName"
      last_name                  = "LastName"
      email                      = "Email"
      spectro_team               = "SpectroTeam"
      default_team_ids           = [spectrocloud_team.empty.id]
    }
  }
}

resource "spectrocloud_registry_oci" "role" {
  name              = "conformance-role"
  type              = "ecr"
  is_private        = true
  endpoint          = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
  base_content_path = var.bucket
  credentials {
    credential_type = "sts"
    arn             = "arn:aws:iam::123456789012:role/${var.bucket}"
    external_id     = var.tenant
    dynamic "tls_config" {
      for_each = var.authority == "" ? [] : [var.authority]
      content {
        certificate = tls_config.value
      }
    }
  }
  # A recording knows the uid of the tenant from what is asked about this.
  depends_on = [spectrocloud_sso.sign_in]
}

resource "spectrocloud_backup_storage_location" "own" {
  name             = "conformance-backups"
  context          = "project"
  storage_provider = "minio"
  is_default       = var.is_default
  bucket_name      = var.bucket
  region           = "eu-1"
  ca_cert          = var.authority
  s3 {
    credential_type     = "secret"
    access_key          = "reader"
    secret_key          = "hush-${var.bucket}"
    s3_url              = "https://minio.example:9000"
    s3_force_path_style = true
  }
}

data "spectrocloud_team" "blue" {
  name       = "conformance-blue"
  depends_on = [spectrocloud_team.blue]
}
data "spectrocloud_registration_token" "by_id" {
  id = spectrocloud_registration_token.edge.id
}
data "spectrocloud_ssh_key" "shared" {
  name    = spectrocloud_ssh_key.shared.name
  context = "tenant"
}
data "spectrocloud_backup_storage_location" "by_id" {
  id = spectrocloud_backup_storage_location.own.id
}
data "spectrocloud_registry_oci" "by_name" {
  name = spectrocloud_registry_oci.role.name
}
data "spectrocloud_filter" "tags" {
  name       = "conformance-tags"
  depends_on = [spectrocloud_filter.tags]
}
data "spectrocloud_ssh_key" "own" {
  name       = "conformance-key"
  depends_on = [spectrocloud_ssh_key.own]
}
data "spectrocloud_registration_token" "edge" {
  name       = "conformance-edge"
  depends_on = [spectrocloud_registration_token.edge]
}
data "spectrocloud_backup_storage_location" "own" {
  name       = "conformance-backups"
  depends_on = [spectrocloud_backup_storage_location.own]
}

output "found" {
  value = (
    data.spectrocloud_team.blue.id == spectrocloud_team.blue.id &&
    data.spectrocloud_filter.tags.id == spectrocloud_filter.tags.id &&
    data.spectrocloud_ssh_key.own.ssh_key == spectrocloud_ssh_key.own.ssh_key &&
    data.spectrocloud_registration_token.edge.token == spectrocloud_registration_token.edge.token &&
    data.spectrocloud_backup_storage_location.own.id == spectrocloud_backup_storage_location.own.id &&
    data.spectrocloud_registration_token.by_id.name == spectrocloud_registration_token.edge.name &&
    data.spectrocloud_ssh_key.shared.ssh_key == spectrocloud_ssh_key.shared.ssh_key &&
    data.spectrocloud_backup_storage_location.by_id.name == spectrocloud_backup_storage_location.own.name &&
    data.spectrocloud_registry_oci.by_name.id == spectrocloud_registry_oci.role.id
  )
  sensitive = true
}
