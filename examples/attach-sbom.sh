#!/bin/sh
# Attaches a document, for instance an SBOM, to an image that is in the registry, and lists what is attached to it.
#
#   REGISTRY=127.0.0.1:5000 ACCESS_KEY_ID=… SECRET_ACCESS_KEY=… examples/attach-sbom.sh team/app:1 sbom.spdx.json
#
# Needs oras. The registry here speaks plain HTTP; leave out --plain-http where it has a certificate.
set -eu
image=$REGISTRY/$1 document=$2
settings=$(mktemp)
trap 'rm -f "$settings"' EXIT
echo '{}' >"$settings"

printf %s "$SECRET_ACCESS_KEY" |
  oras login --registry-config "$settings" --plain-http --username "$ACCESS_KEY_ID" --password-stdin "$REGISTRY"

oras attach --registry-config "$settings" --plain-http --disable-path-validation \
  --artifact-type application/spdx+json "$image" "$document:application/spdx+json"
oras discover --registry-config "$settings" --plain-http --format tree "$image"
