import type { World } from './world.ts'

/** The repository that the configuration manages, and the prefix of the others. */
export const REPOSITORY = 'team-blue/terraform'

/** What changes between the first apply and the second. */
export interface Wanted {
  readonly mutability: string
  readonly scanOnPush: boolean
  readonly stage: string
  readonly description: string
}

export const FIRST: Wanted = { mutability: 'IMMUTABLE', scanOnPush: true, stage: 'test', description: 'first' }
export const SECOND: Wanted = { mutability: 'MUTABLE', scanOnPush: false, stage: 'production', description: 'second' }

export function providerBlock({ registry }: World): string {
  return `
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  access_key                  = "${registry.accessKeyId}"
  secret_key                  = "${registry.secretAccessKey}"
  region                      = "${registry.region}"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  endpoints {
    ecr = "${registry.url}"
    sts = "${registry.url}"
    iam = "${registry.url}"
  }
}
`
}

export function resourceBlocks({ mutability, scanOnPush, stage, description }: Wanted): string {
  return `
resource "aws_ecr_repository" "full" {
  name                 = "${REPOSITORY}"
  image_tag_mutability = "${mutability}"
  force_delete         = true
  image_scanning_configuration {
    scan_on_push = ${scanOnPush}
  }
  encryption_configuration {
    encryption_type = "AES256"
  }
  tags = {
    Team  = "blue"
    Stage = "${stage}"
  }
}

resource "aws_ecr_repository" "plain" {
  name = "${REPOSITORY}/plain"
}

resource "aws_ecr_repository" "tagged" {
  name = "${REPOSITORY}/tagged"
  tags = {
    Stage = "${stage}"
  }
}

resource "aws_ecr_repository_creation_template" "mirror" {
  prefix               = "terraform/mirror"
  description          = "${description}"
  image_tag_mutability = "IMMUTABLE"
  applied_for          = ["PULL_THROUGH_CACHE", "REPLICATION"]
  encryption_configuration {
    encryption_type = "AES256"
  }
  resource_tags = {
    Made = "by-template"
  }
}

resource "aws_ecr_account_setting" "scanner" {
  name  = "BASIC_SCAN_TYPE_VERSION"
  value = "AWS_NATIVE"
}
`
}

export const DATA = `
data "aws_ecr_image" "arm64" {
  repository_name = "${REPOSITORY}"
  image_tag       = "arm64"
}

data "aws_ecr_repository" "full" {
  name = "${REPOSITORY}"
}

data "aws_ecr_repositories" "all" {}

data "aws_ecr_authorization_token" "token" {}

output "digest" {
  value = data.aws_ecr_image.arm64.image_digest
}

output "user" {
  value = data.aws_ecr_authorization_token.token.user_name
}
`

export const EXCLUDING = `
resource "aws_ecr_repository" "excluding" {
  name                 = "${REPOSITORY}/excluding"
  image_tag_mutability = "IMMUTABLE_WITH_EXCLUSION"
  image_tag_mutability_exclusion_filter {
    filter      = "dev-*"
    filter_type = "WILDCARD"
  }
}
`
