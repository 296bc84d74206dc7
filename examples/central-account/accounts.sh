#!/bin/sh
# Makes the accounts: central with two repositories, and dev, stage, prod and guest; in each of the latter a role `puller`
# that may whatever the central account gives, and a user `node` that may become that role and nothing else.
#
#   ENDPOINT=http://127.0.0.1:5000 AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… examples/central-account/accounts.sh KEYS
#
# The key in the environment is that of the default account, which makes accounts. KEYS is a folder: into each file in it
# goes an access key id and its secret. Needs aws and lading.
set -eu
umask 077
keys=$1
policies=$(dirname "$0")/policies
export LADING_ENDPOINT="$ENDPOINT" AWS_DEFAULT_REGION=us-east-1 AWS_PAGER=
aws() { command aws --endpoint-url "$ENDPOINT" --output text "$@"; }

mkdir -p "$keys"
root_key() {
  made=$(lading account create --id "$1" --name "$2" --json)
  member() { printf %s "$made" | sed -n "s/.*\"$1\": \"\([^\"]*\)\".*/\1/p"; }
  echo "$(member accessKeyId) $(member secretAccessKey)" >"$keys/$2-root"
}

root_key 111111111111 central
root_key 222222222222 dev
root_key 333333333333 stage
root_key 444444444444 prod
root_key 555555555555 guest

export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
read -r AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY <"$keys/central-root"
for repository in build/shop release/shop; do
  aws ecr create-repository --repository-name $repository >/dev/null
done

for name in dev stage prod guest; do
  read -r AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY <"$keys/$name-root"
  account=$(aws sts get-caller-identity --query Account)
  trust='{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
    "Principal": {"AWS": "arn:aws:iam::'$account':root"}}]}'
  become='{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
    "Resource": "arn:aws:iam::'$account':role/puller"}]}'
  aws iam create-role --role-name puller --assume-role-policy-document "$trust" >/dev/null
  aws iam put-role-policy --role-name puller --policy-name central-registry \
    --policy-document "file://$policies/puller.json"
  aws iam create-user --user-name node >/dev/null
  aws iam put-user-policy --user-name node --policy-name become-puller --policy-document "$become"
  aws iam create-access-key --user-name node --query 'AccessKey.[AccessKeyId,SecretAccessKey]' |
    tr '\t' ' ' >"$keys/$name-node"
done
