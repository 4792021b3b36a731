# Accounts of every cloud the client knows: as little as it needs, as most people write them, and as much as it takes.

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
variable "context" { type = string }
# In every secret: another one is a change.
variable "round" { type = string }
variable "policies" { type = set(string) }
# Settings that are no secrets.
variable "endpoint" { type = string }
variable "careless" { type = bool }

provider "spectrocloud" {
  host                      = var.host
  api_key                   = var.api_key
  project_name              = var.project
  ignore_insecure_tls_error = true
  retry_attempts            = 1
}

data "spectrocloud_private_cloud_gateway" "system" {
  name = "System Private Gateway"
}

locals {
  gateway  = data.spectrocloud_private_cloud_gateway.system.id
  found_by = toset(["name", "id"])
}

resource "spectrocloud_cloudaccount_aws" "minimal" {
  name           = "conformance-aws-minimal"
  context        = var.context
  aws_access_key = "AKIACONFORMANCE"
  aws_secret_key = "secret of ${var.round}"
}

resource "spectrocloud_cloudaccount_aws" "secured" {
  name                     = "conformance-aws-${var.round}"
  context                  = var.context
  private_cloud_gateway_id = local.gateway
  type                     = "secret"
  aws_secured_access_key   = "AKIASECURED${var.round}"
  aws_secret_key           = "secret of ${var.round}"
  partition                = "aws-us-gov"
  policy_arns              = var.policies
}

resource "spectrocloud_cloudaccount_aws" "role" {
  name        = "conformance-aws-role"
  context     = var.context
  type        = "sts"
  arn         = "arn:aws:iam::123456789012:role/${var.round}"
  external_id = "id of ${var.round}"
  policy_arns = var.policies
}

resource "spectrocloud_cloudaccount_aws" "pod" {
  name                    = "conformance-aws-pod"
  context                 = var.context
  type                    = "pod-identity"
  role_arn                = "arn:aws:iam::123456789012:role/${var.round}"
  permission_boundary_arn = "arn:aws:iam::123456789012:policy/${var.round}"
}

resource "spectrocloud_cloudaccount_azure" "minimal" {
  name                = "conformance-azure-minimal"
  context             = var.context
  azure_tenant_id     = "tenant"
  azure_client_id     = "client"
  azure_client_secret = "secret of ${var.round}"
}

resource "spectrocloud_cloudaccount_azure" "full" {
  name                       = "conformance-azure-${var.round}"
  context                    = var.context
  private_cloud_gateway_id   = local.gateway
  azure_tenant_id            = "tenant-${var.round}"
  azure_client_id            = "client-${var.round}"
  azure_client_secret        = "secret of ${var.round}"
  tenant_name                = "Tenant of ${var.round}"
  disable_properties_request = var.careless
  cloud                      = "AzureUSSecretCloud"
  tls_cert                   = "pem of ${var.round}"
}

resource "spectrocloud_cloudaccount_gcp" "typical" {
  name                 = "conformance-gcp"
  context              = var.context
  gcp_json_credentials = jsonencode({ type = "service_account", project_id = var.round })
}

resource "spectrocloud_cloudaccount_vsphere" "typical" {
  name                          = "conformance-vsphere"
  context                       = var.context
  private_cloud_gateway_id      = local.gateway
  vsphere_vcenter               = "${var.endpoint}.example.com"
  vsphere_username              = "user-${var.round}@vsphere.local"
  vsphere_password              = "secret of ${var.round}"
  vsphere_ignore_insecure_error = var.careless
}

resource "spectrocloud_cloudaccount_maas" "typical" {
  name                     = "conformance-maas"
  context                  = var.context
  private_cloud_gateway_id = local.gateway
  maas_api_endpoint        = "http://${var.endpoint}.example.com:5240/MAAS"
  maas_api_key             = "secret of ${var.round}"
}

resource "spectrocloud_cloudaccount_apache_cloudstack" "minimal" {
  name                     = "conformance-cloudstack-minimal"
  context                  = var.context
  private_cloud_gateway_id = local.gateway
  api_url                  = "https://${var.endpoint}.example.com:8080/client/api"
  api_key                  = "key of ${var.round}"
  secret_key               = "secret of ${var.round}"
}

resource "spectrocloud_cloudaccount_apache_cloudstack" "full" {
  name                     = "conformance-cloudstack"
  context                  = var.context
  private_cloud_gateway_id = local.gateway
  api_url                  = "https://${var.endpoint}.example.com:8080/client/api"
  api_key                  = "key of ${var.round}"
  secret_key               = "secret of ${var.round}"
  domain                   = "ROOT/${var.round}"
  insecure                 = var.careless
}

resource "spectrocloud_cloudaccount_custom" "typical" {
  name                     = "conformance-custom"
  context                  = var.context
  cloud                    = "local"
  private_cloud_gateway_id = local.gateway
  credentials              = { NOTE = "secret of ${var.round}" }
}

data "spectrocloud_cloudaccount_aws" "found" {
  for_each = local.found_by
  name     = each.key == "name" ? spectrocloud_cloudaccount_aws.minimal.name : null
  id       = each.key == "id" ? spectrocloud_cloudaccount_aws.minimal.id : null
  context  = var.context
}

data "spectrocloud_cloudaccount_azure" "found" {
  for_each = local.found_by
  name     = each.key == "name" ? spectrocloud_cloudaccount_azure.minimal.name : null
  id       = each.key == "id" ? spectrocloud_cloudaccount_azure.minimal.id : null
  context  = var.context
}

data "spectrocloud_cloudaccount_gcp" "found" {
  for_each = local.found_by
  name     = each.key == "name" ? spectrocloud_cloudaccount_gcp.typical.name : null
  id       = each.key == "id" ? spectrocloud_cloudaccount_gcp.typical.id : null
  context  = var.context
}

data "spectrocloud_cloudaccount_vsphere" "found" {
  for_each = local.found_by
  name     = each.key == "name" ? spectrocloud_cloudaccount_vsphere.typical.name : null
  id       = each.key == "id" ? spectrocloud_cloudaccount_vsphere.typical.id : null
  context  = var.context
}

data "spectrocloud_cloudaccount_maas" "found" {
  for_each = local.found_by
  name     = each.key == "name" ? spectrocloud_cloudaccount_maas.typical.name : null
  id       = each.key == "id" ? spectrocloud_cloudaccount_maas.typical.id : null
  context  = var.context
}

data "spectrocloud_cloudaccount_apache_cloudstack" "found" {
  for_each = local.found_by
  name     = each.key == "name" ? spectrocloud_cloudaccount_apache_cloudstack.minimal.name : null
  id       = each.key == "id" ? spectrocloud_cloudaccount_apache_cloudstack.minimal.id : null
  context  = var.context
}

data "spectrocloud_cloudaccount_custom" "found" {
  for_each = local.found_by
  name     = each.key == "name" ? spectrocloud_cloudaccount_custom.typical.name : null
  id       = each.key == "id" ? spectrocloud_cloudaccount_custom.typical.id : null
  cloud    = "local"
  context  = var.context
}

output "same" {
  value = alltrue(flatten([for by in local.found_by : [
    data.spectrocloud_cloudaccount_aws.found[by].id == spectrocloud_cloudaccount_aws.minimal.id,
    data.spectrocloud_cloudaccount_azure.found[by].id == spectrocloud_cloudaccount_azure.minimal.id,
    data.spectrocloud_cloudaccount_gcp.found[by].id == spectrocloud_cloudaccount_gcp.typical.id,
    data.spectrocloud_cloudaccount_vsphere.found[by].id == spectrocloud_cloudaccount_vsphere.typical.id,
    data.spectrocloud_cloudaccount_maas.found[by].id == spectrocloud_cloudaccount_maas.typical.id,
    data.spectrocloud_cloudaccount_apache_cloudstack.found[by].id == spectrocloud_cloudaccount_apache_cloudstack.minimal.id,
    data.spectrocloud_cloudaccount_custom.found[by].id == spectrocloud_cloudaccount_custom.typical.id,
  ]]))
}
