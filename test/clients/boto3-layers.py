"""What an image builder on boto3 does: an image goes in and comes out by Amazon's API alone.

Arguments: the registry's URL. Credentials and region come from the environment. Prints `ok` at the end.
"""

import hashlib
import json
import os
import sys
import urllib.request

import boto3

REPOSITORY = "team-blue/boto3"
PART_BYTES = 5 * 1024 * 1024

ecr = boto3.client("ecr", endpoint_url=sys.argv[1])


def digest_of(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def upload(content):
    """Uploads a layer in parts of 5 MiB, as Amazon asks."""
    upload_id = ecr.initiate_layer_upload(repositoryName=REPOSITORY)["uploadId"]
    for first in range(0, len(content), PART_BYTES):
        part = content[first : first + PART_BYTES]
        answer = ecr.upload_layer_part(
            repositoryName=REPOSITORY,
            uploadId=upload_id,
            partFirstByte=first,
            partLastByte=first + len(part) - 1,
            layerPartBlob=part,
        )
        assert answer["lastByteReceived"] == first + len(part) - 1, answer
    answer = ecr.complete_layer_upload(
        repositoryName=REPOSITORY, uploadId=upload_id, layerDigests=[digest_of(content)]
    )
    assert answer["layerDigest"] == digest_of(content), answer
    return {"digest": digest_of(content), "size": len(content)}


def put_image(tag, layers, config):
    kind = "application/vnd.oci.image."
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": kind + "manifest.v1+json",
            "config": {"mediaType": kind + "config.v1+json", **config},
            "layers": [{"mediaType": kind + "layer.v1.tar", **layer} for layer in layers],
        }
    )
    image = ecr.put_image(repositoryName=REPOSITORY, imageManifest=manifest, imageTag=tag)["image"]
    assert image["imageId"] == {"imageDigest": digest_of(manifest.encode()), "imageTag": tag}, image
    return manifest


def refuses(exception, call, **arguments):
    try:
        call(repositoryName=REPOSITORY, **arguments)
    except exception:
        return
    raise AssertionError(f"{call} was not refused with {exception}")


ecr.create_repository(repositoryName=REPOSITORY)
config = upload(b'{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}')
content = os.urandom(12 * 1024 * 1024 + 17)
layer = upload(content)

manifest = put_image("one", [layer], config)
refuses(ecr.exceptions.LayersNotFoundException, ecr.put_image, imageTag="two", imageManifest=manifest.replace(layer["digest"], digest_of(b"missing")))
refuses(ecr.exceptions.ImageAlreadyExistsException, ecr.put_image, imageTag="one", imageManifest=manifest)

images = ecr.batch_get_image(repositoryName=REPOSITORY, imageIds=[{"imageTag": "one"}])["images"]
assert images[0]["imageManifest"] == manifest
url = ecr.get_download_url_for_layer(repositoryName=REPOSITORY, layerDigest=layer["digest"])["downloadUrl"]
assert urllib.request.urlopen(url).read() == content, "the downloaded layer differs"

for number in range(25):
    put_image(f"many-{number:02}", [layer] * (number % 3 + 1), config)
pages = list(ecr.get_paginator("list_images").paginate(repositoryName=REPOSITORY, PaginationConfig={"PageSize": 10}))
tags = [image["imageTag"] for page in pages for image in page["imageIds"]]
assert sorted(tags) == ["many-%02d" % number for number in range(25)] + ["one"], tags
assert len(pages) == 3, len(pages)

described = ecr.get_paginator("describe_images").paginate(repositoryName=REPOSITORY, PaginationConfig={"PageSize": 2})
sizes = [image["imageSizeInBytes"] for page in described for image in page["imageDetails"]]
assert len(sizes) == 3 and min(sizes) >= len(content), sizes

ecr.delete_repository(repositoryName=REPOSITORY, force=True)
refuses(ecr.exceptions.RepositoryNotFoundException, ecr.list_images)
print("ok")
