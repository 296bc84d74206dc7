# Two teams in one cluster, as the README has it:
#
#   terraform apply -var endpoint=http://127.0.0.1:5000 -var access_key=… -var secret_key=… -var jwks=cluster-jwks.json

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "endpoint" {
  type        = string
  description = "Where Lading is served."
}

variable "access_key" {
  type = string
}

variable "secret_key" {
  type      = string
  sensitive = true
}

variable "jwks" {
  type        = string
  description = "The file with the cluster's public keys: kubectl get --raw /openid/v1/jwks"
}

variable "teams" {
  type    = set(string)
  default = ["team-blue", "team-green"]
}

provider "aws" {
  region                      = "us-east-1"
  access_key                  = var.access_key
  secret_key                  = var.secret_key
  skip_credentials_validation = true
  skip_metadata_api_check     = true

  endpoints {
    ecr = var.endpoint
    iam = var.endpoint
    sts = var.endpoint
  }
}

data "aws_caller_identity" "current" {}

locals {
  cluster  = "prod-1"
  issuer   = "https://kubernetes.default.svc.cluster.local"
  audience = "sts.amazonaws.com"
  policies = {
    for name in ["pods-trust", "pods", "ci"] :
    name => replace(file("${path.module}/policies/${name}.json"), "000000000000", data.aws_caller_identity.current.account_id)
  }
}

resource "aws_ecr_repository" "api" {
  for_each     = var.teams
  name         = "${each.key}/api"
  force_delete = true
}

# Clusters often have one and the same issuer, so this one has a name of its own.
resource "aws_iam_openid_connect_provider" "cluster" {
  url            = local.issuer
  client_id_list = [local.audience]
  tags = {
    "lading:name" = local.cluster
  }
}

# What AWS's API has no way to say: that it is a cluster, and what its keys are, as it is seldom to be reached.
resource "terraform_data" "cluster_keys" {
  triggers_replace = [aws_iam_openid_connect_provider.cluster.id, filesha256(var.jwks)]

  provisioner "local-exec" {
    command = <<-SHELL
      lading oidc-provider put '${local.cluster}' --kubernetes-cluster '${local.cluster}' --jwks '${var.jwks}' \
        --issuer '${local.issuer}' --audience '${local.audience}'
    SHELL
    environment = {
      LADING_ENDPOINT       = var.endpoint
      AWS_REGION            = "us-east-1"
      AWS_ACCESS_KEY_ID     = var.access_key
      AWS_SECRET_ACCESS_KEY = var.secret_key
    }
  }
}

resource "aws_iam_role" "pods" {
  name               = "pods"
  assume_role_policy = local.policies["pods-trust"]
  depends_on         = [aws_iam_openid_connect_provider.cluster]
}

resource "aws_iam_role_policy" "pods" {
  name   = "pull"
  role   = aws_iam_role.pods.name
  policy = local.policies["pods"]
}

resource "aws_iam_group" "ci" {
  name = "ci"
}

resource "aws_iam_group_policy" "ci" {
  name   = "push"
  group  = aws_iam_group.ci.name
  policy = local.policies["ci"]
}

resource "aws_iam_user" "ci" {
  for_each = var.teams
  name     = "ci-${each.key}"
  tags = {
    team = each.key
  }
}

resource "aws_iam_user_group_membership" "ci" {
  for_each = var.teams
  user     = aws_iam_user.ci[each.key].name
  groups   = [aws_iam_group.ci.name]
}

resource "aws_iam_access_key" "ci" {
  for_each = var.teams
  user     = aws_iam_user.ci[each.key].name
}

# As check.sh reads them.
output "keys" {
  sensitive = true
  value     = { for team in var.teams : "ci-${team}" => "${aws_iam_access_key.ci[team].id} ${aws_iam_access_key.ci[team].secret}" }
}
