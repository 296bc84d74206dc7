#!/bin/sh
# Makes the identity provider of a CI system, and a role for each trust policy that is in its folder: github-main,
# github-production, gitlab-main, …
#
#   ENDPOINT=https://registry.example.com AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… examples/ci/set-up.sh github [JWKS]
#
# JWKS is a file with the issuer's public keys, for a server that cannot reach the issuer; otherwise it fetches them when
# it needs them. Needs aws, and with JWKS lading.
set -eu
system=$1 jwks=${2:-}
here=$(dirname "$0")
export LADING_ENDPOINT="$ENDPOINT" AWS_DEFAULT_REGION="${AWS_DEFAULT_REGION:-us-east-1}" AWS_PAGER=
aws() { command aws --endpoint-url "$ENDPOINT" --output text "$@"; }

account=$(aws sts get-caller-identity --query Account)
policy() { sed "s/000000000000/$account/" "$1"; }

provider=$(aws iam create-open-id-connect-provider --cli-input-json "file://$here/$system/provider.json" \
  --query OpenIDConnectProviderArn)
echo "provider: $provider"
if [ -n "$jwks" ]; then
  issuer=$(aws iam get-open-id-connect-provider --open-id-connect-provider-arn "$provider" --query Url)
  audience=$(aws iam get-open-id-connect-provider --open-id-connect-provider-arn "$provider" --query 'ClientIDList[0]')
  lading oidc-provider put "${provider#*:oidc-provider/}" --issuer "https://${issuer#https://}" \
    --audience "$audience" --jwks "$jwks"
fi

for trust in "$here/$system"/trust-*.json; do
  name=${trust##*/trust-}
  role=$system-${name%.json}
  aws iam create-role --role-name "$role" --assume-role-policy-document "$(policy "$trust")" >/dev/null
  aws iam put-role-policy --role-name "$role" --policy-name push --policy-document "$(policy "$here/push.json")"
  echo "role: arn:aws:iam::$account:role/$role"
done
