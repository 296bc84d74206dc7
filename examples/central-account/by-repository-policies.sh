#!/bin/sh
# Who may do what, said at every repository: ECR's usual way. A repository that is made later has to be told again.
#
#   ENDPOINT=http://127.0.0.1:5000 examples/central-account/by-repository-policies.sh KEYS
#
# KEYS is the folder that accounts.sh has filled. Needs aws.
set -eu
keys=$1
policies=$(dirname "$0")/policies
export AWS_DEFAULT_REGION=us-east-1 AWS_PAGER=
read -r AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY <"$keys/central-root"
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
aws() { command aws --endpoint-url "$ENDPOINT" --output text "$@"; }

for kind in build release; do
  aws ecr set-repository-policy --repository-name $kind/shop --policy-text "file://$policies/repository-$kind.json" >/dev/null
done
