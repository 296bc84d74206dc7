#!/bin/sh
# Makes what main.tf makes, with the AWS CLI: the repositories of two teams, a cluster, one role for all of its pods, and
# a user for each team's CI.
#
#   ENDPOINT=http://127.0.0.1:5000 AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… \
#     examples/team-namespaces/set-up.sh JWKS KEYS
#
# JWKS is the file with the cluster's public keys, KEYS a folder for the keys of the CI users. Needs aws and lading.
set -eu
umask 077
jwks=$1 keys=$2
policies=$(dirname "$0")/policies
export LADING_ENDPOINT="$ENDPOINT" AWS_DEFAULT_REGION="${AWS_DEFAULT_REGION:-us-east-1}" AWS_PAGER=
aws() { command aws --endpoint-url "$ENDPOINT" --output text "$@"; }

account=$(aws sts get-caller-identity --query Account)
policy() { sed "s/000000000000/$account/" "$policies/$1.json"; }

for team in team-blue team-green; do
  aws ecr create-repository --repository-name $team/api >/dev/null
done

# The cluster. Its API server is seldom to be reached from here, so its keys are uploaded; and AWS's own API has no way to
# say that an issuer is a cluster, whose tokens have a namespace in them.
lading oidc-provider put prod-1 --kubernetes-cluster prod-1 --jwks "$jwks" \
  --issuer https://kubernetes.default.svc.cluster.local --audience sts.amazonaws.com

# One role for the pods of all namespaces: what they may is a question of the namespace in their token.
aws iam create-role --role-name pods --assume-role-policy-document "$(policy pods-trust)" >/dev/null
aws iam put-role-policy --role-name pods --policy-name pull --policy-document "$(policy pods)"

# One group for the CI of all teams: what they may is a question of the tag that their user has.
aws iam create-group --group-name ci >/dev/null
aws iam put-group-policy --group-name ci --policy-name push --policy-document "$(policy ci)"
mkdir -p "$keys"
for team in team-blue team-green; do
  aws iam create-user --user-name ci-$team --tags Key=team,Value=$team >/dev/null
  aws iam add-user-to-group --user-name ci-$team --group-name ci
  aws iam create-access-key --user-name ci-$team --query 'AccessKey.[AccessKeyId,SecretAccessKey]' |
    tr '\t' ' ' >"$keys/ci-$team"
done
