/** What of the IAM resources changes between the first apply and the second. */
export interface WantedIam {
  readonly action: string
  readonly description: string
  readonly maxSessionSeconds: number
  readonly clientIds: readonly string[]
  readonly stage: string
}

export const FIRST_IAM: WantedIam = {
  action: 'ecr:BatchGetImage',
  description: 'first',
  maxSessionSeconds: 3600,
  clientIds: ['sts.amazonaws.com'],
  stage: 'test',
}
export const SECOND_IAM: WantedIam = {
  action: 'ecr:ListImages',
  description: "second: (it's) 50 % *done*!",
  maxSessionSeconds: 7200,
  clientIds: ['sts.amazonaws.com', 'lading'],
  stage: 'production',
}
/** As many as the blocks below make. */
export const IAM_RESOURCES = 19

export function iamBlocks(wanted: WantedIam): string {
  return providers(wanted) + roles(wanted) + policies(wanted) + users(wanted)
}

function providers({ clientIds, stage }: WantedIam): string {
  return `
resource "aws_iam_openid_connect_provider" "ci" {
  url             = "https://token.actions.githubusercontent.com"
  client_id_list  = ${JSON.stringify(clientIds)}
  thumbprint_list = ["6938fd4d98bab03faadb97b34396831e3780aea1"]
  tags            = { Stage = "${stage}" }
}

resource "aws_iam_openid_connect_provider" "cluster" {
  for_each        = toset(["blue", "green"])
  url             = "https://kubernetes.default.svc.cluster.local"
  client_id_list  = ["sts.amazonaws.com"]
  thumbprint_list = ["6938fd4d98bab03faadb97b34396831e3780aea1"]
  tags            = { "lading:name" = "clusters/\${each.key}" }
}
`
}

function roles({ description, maxSessionSeconds, stage }: WantedIam): string {
  return `
data "aws_iam_policy_document" "ci" {
  statement {
    sid     = "Ci"
    actions = ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]
    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.ci.arn]
    }
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }
    condition {
      test     = "StringLike"
      variable = "token.actions.githubusercontent.com:sub"
      values   = ["repo:blue/*:ref:refs/heads/main", "repo:red/*:environment:${stage}"]
    }
  }
}

resource "aws_iam_role" "ci" {
  name                 = "terraform-ci"
  path                 = "/ci/"
  description          = "${description}"
  max_session_duration = ${maxSessionSeconds}
  assume_role_policy   = data.aws_iam_policy_document.ci.json
  permissions_boundary = aws_iam_policy.boundary.arn
  tags                 = { Stage = "${stage}" }
}

resource "aws_iam_role" "deployer" {
  name = "terraform-deployer"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = [aws_iam_role.ci.arn, aws_iam_user.bot.arn] }
    }]
  })
}

resource "aws_iam_role_policy" "ci" {
  name   = "push"
  role   = aws_iam_role.ci.id
  policy = data.aws_iam_policy_document.team.json
}

resource "aws_iam_role_policy_attachment" "own" {
  role       = aws_iam_role.ci.name
  policy_arn = aws_iam_policy.team.arn
}

resource "aws_iam_role_policy_attachment" "aws" {
  role       = aws_iam_role.deployer.name
  policy_arn = data.aws_iam_policy.power_user.arn
}
`
}

function policies({ action, stage }: WantedIam): string {
  return `
data "aws_iam_policy" "power_user" {
  arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser"
}

data "aws_iam_policy_document" "team" {
  statement {
    sid       = "Team"
    actions   = ["ecr:GetDownloadUrlForLayer", "${action}"]
    resources = ["arn:aws:ecr:*:*:repository/$\${aws:PrincipalTag/team}/*"]
  }
  statement {
    effect    = "Deny"
    actions   = ["ecr:DeleteRepository"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "boundary" {
  name   = "terraform-boundary"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "ecr:*", Resource = "*" }] })
}

resource "aws_iam_policy" "team" {
  name        = "terraform-team"
  path        = "/teams/"
  description = "Of the teams"
  policy      = data.aws_iam_policy_document.team.json
  tags        = { Stage = "${stage}" }
}
`
}

function users({ stage }: WantedIam): string {
  return `
resource "aws_iam_user" "bot" {
  name                 = "terraform-bot"
  path                 = "/bots/"
  permissions_boundary = aws_iam_policy.boundary.arn
  tags                 = { Stage = "${stage}" }
}

resource "aws_iam_user" "person" {
  name          = "terraform-person"
  force_destroy = true
}

resource "aws_iam_access_key" "bot" {
  user = aws_iam_user.bot.name
}

resource "aws_iam_user_policy" "bot" {
  name   = "team"
  user   = aws_iam_user.bot.name
  policy = data.aws_iam_policy_document.team.json
}

resource "aws_iam_user_policy_attachment" "bot" {
  user       = aws_iam_user.bot.name
  policy_arn = aws_iam_policy.team.arn
}

resource "aws_iam_group" "team" {
  name = "terraform-team"
  path = "/teams/"
}

resource "aws_iam_group_policy" "team" {
  name   = "team"
  group  = aws_iam_group.team.name
  policy = data.aws_iam_policy_document.team.json
}

resource "aws_iam_group_policy_attachment" "team" {
  group      = aws_iam_group.team.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
}

resource "aws_iam_group_membership" "team" {
  name  = "team"
  group = aws_iam_group.team.name
  users = [aws_iam_user.bot.name, aws_iam_user.person.name]
}
`
}
