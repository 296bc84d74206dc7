#!/bin/sh
# Who may do what, said once for all repositories, those that will be made included. At Amazon a registry's policy could
# for years open nothing but replication; here it may name every action.
#
#   ENDPOINT=http://127.0.0.1:5000 examples/central-account/by-registry-policy.sh KEYS
#
# KEYS is the folder that accounts.sh has filled. Needs aws.
set -eu
keys=$1
policies=$(dirname "$0")/policies
export AWS_DEFAULT_REGION=us-east-1 AWS_PAGER=
read -r AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY <"$keys/central-root"
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
aws() { command aws --endpoint-url "$ENDPOINT" --output text "$@"; }

aws ecr put-registry-policy --policy-text "file://$policies/registry.json" >/dev/null
