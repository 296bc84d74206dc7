#!/bin/sh
# Prints a password for `docker login --username AWS`, of the role `puller` of the account whose user's key is in the
# environment. The token says who asks and not which registry, so it opens every registry that lets the role in.
#
#   ENDPOINT=http://127.0.0.1:5000 AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… examples/central-account/log-in.sh
#
# Needs aws.
set -eu
export AWS_DEFAULT_REGION=us-east-1 AWS_PAGER=
aws() { command aws --endpoint-url "$ENDPOINT" --output text "$@"; }

account=$(aws sts get-caller-identity --query Account)
session=$(aws sts assume-role --role-arn "arn:aws:iam::$account:role/puller" --role-session-name "$(hostname)" \
  --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]')
IFS='	' read -r AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN <<END
$session
END
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
aws ecr get-login-password
