#!/bin/sh
# Copies an image from a folder (an OCI layout) into the registry and back, without a container engine.
#
#   REGISTRY=127.0.0.1:5000 ACCESS_KEY_ID=… SECRET_ACCESS_KEY=… examples/push-and-pull.sh LAYOUT:TAG team/app:1 OUTPUT
#
# Needs skopeo. The registry here speaks plain HTTP; leave out --tls-verify=false where it has a certificate.
set -eu
layout=$1 image=$2 output=$3
auth=$(mktemp)
trap 'rm -f "$auth"' EXIT
echo '{}' >"$auth"

printf %s "$SECRET_ACCESS_KEY" |
  skopeo login --authfile "$auth" --tls-verify=false --username "$ACCESS_KEY_ID" --password-stdin "$REGISTRY"

# --all and --preserve-digests: every architecture, byte for byte; the digest is the same on both sides.
skopeo copy --authfile "$auth" --all --preserve-digests --dest-tls-verify=false \
  "oci:$layout" "docker://$REGISTRY/$image"
skopeo copy --authfile "$auth" --all --preserve-digests --src-tls-verify=false \
  "docker://$REGISTRY/$image" "oci:$output"
skopeo list-tags --authfile "$auth" --tls-verify=false "docker://$REGISTRY/${image%:*}"
