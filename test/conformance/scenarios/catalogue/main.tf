# Registries of each kind, profiles of each type with layers of each kind, a profile from a file, and every way the client looks
# packs, registries and profiles up. ../catalogue.ts has the values of each step.

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
# Address of the Helm repository.
variable "charts" { type = string }
variable "chart_version" { type = string }
variable "hello_version" { type = string }
variable "profile_version" { type = string }
variable "replicas" { type = number }
variable "note" { type = string }
variable "owner" { type = string }
variable "images" { type = string }
variable "password" { type = string }
variable "file" { type = string }
# The client knows it of its configuration alone: after an import it is false.
variable "wait" { type = bool }
# Who signed the certificate of a registry, PEM; empty = somebody whom everybody knows.
variable "authority" { type = string }

provider "spectrocloud" {
  host                      = var.host
  api_key                   = var.api_key
  project_name              = var.project
  ignore_insecure_tls_error = true
  retry_attempts            = 1
}

resource "spectrocloud_registry_helm" "charts" {
  name     = "conformance-charts"
  endpoint = var.charts
  # Of a private one the client looks up no chart.
  is_private    = false
  wait_for_sync = var.wait
  credentials {
    credential_type = "basic"
    username        = "pia"
    password        = var.password
  }
}

resource "spectrocloud_registry_helm" "token" {
  name       = "conformance-token"
  endpoint   = "${var.charts}/${var.note}"
  is_private = true
  credentials {
    credential_type = "token"
    # Shown to nobody, and yet said.
    username = "robot-${var.note}"
    token    = "token-of-pia"
  }
}

resource "spectrocloud_registry_helm" "open" {
  name       = "conformance-open"
  endpoint   = "${var.charts}/open"
  is_private = var.note != "first"
  credentials {
    credential_type = "noAuth"
  }
}

# Nobody answers below these addresses: their content is not read.
resource "spectrocloud_registry_oci" "open" {
  name              = "conformance-open-images"
  type              = "basic"
  provider_type     = "zarf"
  is_private        = false
  endpoint          = "registry.example"
  endpoint_suffix   = var.note == "first" ? "v2/first" : ""
  base_content_path = var.note == "first" ? "" : "team/größe"
  credentials {
    credential_type = "noAuth"
    tls_config {
      certificate          = var.authority
      insecure_skip_verify = false
    }
  }
}

# As little as it needs; the client waits half a minute for what needs no waiting, so it never changes.
resource "spectrocloud_registry_oci" "waited" {
  name          = "conformance-waited"
  type          = "basic"
  is_private    = false
  endpoint      = "registry.example"
  wait_for_sync = true
  credentials {
    credential_type = "noAuth"
    tls_config {}
  }
}

resource "spectrocloud_registry_oci" "images" {
  name               = "conformance-images"
  type               = "basic"
  provider_type      = "helm"
  is_private         = true
  is_synchronization = false
  endpoint           = var.images
  credentials {
    credential_type = "basic"
    username        = "pia"
    password        = "oci-of-pia"
    # The client reads one whatever there is.
    tls_config {
      insecure_skip_verify = false
    }
  }
}

resource "spectrocloud_registry_oci" "amazon" {
  name               = "conformance-amazon"
  type               = "ecr"
  provider_type      = "helm"
  is_private         = true
  is_synchronization = false
  endpoint           = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
  base_content_path  = var.note
  credentials {
    credential_type = "secret"
    access_key      = "AKIAEXAMPLE"
    secret_key      = "amazon-of-pia"
  }
}

data "spectrocloud_registry_pack" "public" {
  name = "Public Repo"
}

data "spectrocloud_registry" "public" {
  name = "Public Repo"
}

data "spectrocloud_registry_helm" "charts" {
  name = spectrocloud_registry_helm.charts.name
}

data "spectrocloud_registry" "charts" {
  name = spectrocloud_registry_helm.charts.name
  type = "helm"
}

data "spectrocloud_registry_oci" "images" {
  name = spectrocloud_registry_oci.images.name
}

data "spectrocloud_registry" "amazon" {
  name = spectrocloud_registry_oci.amazon.name
  type = "oci"
}

data "spectrocloud_pack" "infrastructure" {
  for_each     = { local-os = "1.0.0", kubernetes = "1.34.4", local-cni = "1.0.0", local-csi = "1.0.0" }
  name         = each.key
  version      = each.value
  registry_uid = data.spectrocloud_registry_pack.public.id
}

data "spectrocloud_pack" "filtered" {
  filters = "spec.name=hello-atriumANDspec.version=${var.hello_version}"
}

data "spectrocloud_pack" "by_id" {
  id = data.spectrocloud_pack.filtered.id
}

data "spectrocloud_pack" "for_cloud" {
  name         = "hello-atrium"
  version      = var.hello_version
  cloud        = ["local", "aws"]
  type         = "operator-instance"
  registry_uid = data.spectrocloud_registry_pack.public.id
}

data "spectrocloud_pack" "advanced" {
  name         = "hello-atrium"
  version      = var.hello_version
  registry_uid = data.spectrocloud_registry_pack.public.id
  advance_filters {
    pack_type   = ["spectro", "helm", "oci", "manifest"]
    addon_type  = ["app services", "ingress", "system app", ""]
    pack_layer  = ["addon"]
    environment = ["all"]
    is_fips     = false
  }
}

data "spectrocloud_pack_simple" "hello" {
  context      = "tenant"
  name         = "hello-atrium"
  version      = var.hello_version
  type         = "manifest"
  registry_uid = data.spectrocloud_registry_pack.public.id
}

data "spectrocloud_pack_simple" "chart" {
  name         = "web"
  version      = var.chart_version
  type         = "helm"
  registry_uid = spectrocloud_registry_helm.charts.id
}

locals {
  # A map has no order of its own; layers do.
  infrastructure = ["local-os", "kubernetes", "local-cni", "local-csi"]
}

resource "spectrocloud_cluster_profile" "infrastructure" {
  name    = "conformance-infra"
  type    = "infra"
  cloud   = "local"
  version = "1.0.0"
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

resource "spectrocloud_cluster_profile" "full" {
  name    = "conformance-full"
  type    = "cluster"
  cloud   = "local"
  version = var.profile_version
  tags    = ["team:blue", var.note]
  dynamic "pack" {
    for_each = local.infrastructure
    content {
      name   = pack.value
      tag    = data.spectrocloud_pack.infrastructure[pack.value].version
      uid    = data.spectrocloud_pack.infrastructure[pack.value].id
      values = data.spectrocloud_pack.infrastructure[pack.value].values
    }
  }
  # With a manifest attached.
  pack {
    name   = "hello-atrium"
    tag    = var.hello_version
    uid    = data.spectrocloud_pack.filtered.id
    values = data.spectrocloud_pack.filtered.values
    manifest {
      name    = "beside"
      content = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${var.note}"
    }
  }
}

resource "spectrocloud_cluster_profile" "addons" {
  name        = "conformance-addons"
  description = var.note
  type        = "add-on"
  cloud       = "all"
  version     = "1.0.0"

  pack {
    name         = "web"
    type         = "helm"
    tag          = var.chart_version
    registry_uid = spectrocloud_registry_helm.charts.id
    values       = <<-EOT
      pack:
        namespace: web
      charts:
        web:
          replicas: ${var.replicas}
    EOT
  }
  pack {
    name          = "hello-atrium"
    type          = "spectro"
    tag           = var.hello_version
    registry_name = "Public Repo"
    values        = <<-EOT
      pack:
        namespace: hello
      charts:
        hello-atrium:
          greeting: "Hello {{ .spectro.var.owner }}"
    EOT
  }
  # The same pack again, under another name.
  pack {
    name         = "second--hello-atrium"
    type         = "spectro"
    tag          = "1.0.0"
    registry_uid = data.spectrocloud_registry_pack.public.id
    values       = "pack:\n  namespace: second"
  }
  pack {
    name   = "notes"
    type   = "manifest"
    values = ""
    manifest {
      name    = "note"
      content = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${var.note}"
    }
    manifest {
      name    = "second-note"
      content = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: second"
    }
  }
  profile_variables {
    variable {
      name          = "owner"
      display_name  = "Owner"
      default_value = var.owner
      required      = true
    }
    variable {
      name          = "size"
      display_name  = "Size"
      default_value = "1"
      format        = "number"
      regex         = "^[0-9]+$"
    }
    # Without a default: the client would compare it with the mask that it reads.
    variable {
      name         = "token"
      display_name = "Token"
      is_sensitive = true
    }
    variable {
      name          = "text"
      display_name  = "Text"
      description   = "More than one line"
      input_type    = "multiline"
      default_value = "one\ntwo"
      hidden        = true
      immutable     = true
    }
  }
}

resource "spectrocloud_cluster_profile_import" "file" {
  for_each    = toset(["project", "tenant"])
  import_file = var.file
  context     = each.value
}

data "spectrocloud_cluster_profile" "addons" {
  name    = spectrocloud_cluster_profile.addons.name
  version = spectrocloud_cluster_profile.addons.version
}

data "spectrocloud_cluster_profile" "by_id" {
  id      = spectrocloud_cluster_profile.full.id
  version = spectrocloud_cluster_profile.full.version
  context = "project"
}

output "found" {
  value = {
    registries = (
      data.spectrocloud_registry_helm.charts.id == spectrocloud_registry_helm.charts.id &&
      data.spectrocloud_registry.charts.id == spectrocloud_registry_helm.charts.id &&
      data.spectrocloud_registry_oci.images.id == spectrocloud_registry_oci.images.id &&
      data.spectrocloud_registry.amazon.id == spectrocloud_registry_oci.amazon.id &&
      data.spectrocloud_registry.public.id == data.spectrocloud_registry_pack.public.id
    )
    profile = (
      data.spectrocloud_cluster_profile.addons.id == spectrocloud_cluster_profile.addons.id &&
      data.spectrocloud_cluster_profile.by_id.name == spectrocloud_cluster_profile.full.name
    )
    chart = length(data.spectrocloud_pack_simple.chart.values) > 0
    hello = alltrue([for found in [data.spectrocloud_pack.by_id, data.spectrocloud_pack.for_cloud, data.spectrocloud_pack.advanced] :
      found.values == data.spectrocloud_pack.filtered.values && found.version == var.hello_version
    ])
  }
}
