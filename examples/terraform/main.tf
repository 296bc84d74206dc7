# Repositories as code, with Terraform's own aws provider:
#
#   terraform apply -var endpoint=http://127.0.0.1:5000 -var access_key=… -var secret_key=…

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

variable "teams" {
  type    = set(string)
  default = ["blue", "green"]
}

# The account id comes from GetCallerIdentity, so sts points at Lading too.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = var.access_key
  secret_key                  = var.secret_key
  skip_credentials_validation = true
  skip_metadata_api_check     = true

  endpoints {
    ecr = var.endpoint
    sts = var.endpoint
  }
}

resource "aws_ecr_repository" "service" {
  for_each             = var.teams
  name                 = "team-${each.key}/service"
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }

  tags = {
    Team = each.key
  }
}

output "repositories" {
  value = [for repository in aws_ecr_repository.service : repository.repository_url]
}
