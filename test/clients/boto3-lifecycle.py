"""What somebody who keeps repositories tidy with boto3 does.

Arguments: the registry's URL, and `policies` or `archive`. Credentials and region come from the environment. Prints `ok`
at the end, or `unknown` where boto3 is older than the archive.
"""

import hashlib
import json
import sys
import time

import boto3

REPOSITORY = "team-blue/boto3-lifecycle"
FOUNDING_POLICY = {
    "rules": [
        {
            "rulePriority": 1,
            "selection": {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 7},
            "action": {"type": "expire"},
        },
        {
            "rulePriority": 2,
            "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10},
            "action": {"type": "expire"},
        },
    ]
}

ecr = boto3.client("ecr", endpoint_url=sys.argv[1])


def push(tag):
    content = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}, "author": tag}).encode()
    digest = "sha256:" + hashlib.sha256(content).hexdigest()
    upload_id = ecr.initiate_layer_upload(repositoryName=REPOSITORY)["uploadId"]
    ecr.upload_layer_part(
        repositoryName=REPOSITORY, uploadId=upload_id, partFirstByte=0, partLastByte=len(content) - 1, layerPartBlob=content
    )
    ecr.complete_layer_upload(repositoryName=REPOSITORY, uploadId=upload_id, layerDigests=[digest])
    kind = "application/vnd.oci.image."
    config = {"mediaType": kind + "config.v1+json", "digest": digest, "size": len(content)}
    manifest = json.dumps({"schemaVersion": 2, "mediaType": kind + "manifest.v1+json", "config": config, "layers": []})
    ecr.put_image(repositoryName=REPOSITORY, imageManifest=manifest, imageTag=tag)


def refuses(exception, call, **arguments):
    try:
        call(repositoryName=REPOSITORY, **arguments)
    except exception:
        return
    raise AssertionError(f"{call} was not refused with {exception}")


def policies():
    for number in range(12):
        push(f"v{number}")
        time.sleep(0.01)
    text = json.dumps(FOUNDING_POLICY, indent=2)
    put = ecr.put_lifecycle_policy(repositoryName=REPOSITORY, lifecyclePolicyText=text)
    assert json.loads(put["lifecyclePolicyText"]) == FOUNDING_POLICY, put
    got = ecr.get_lifecycle_policy(repositoryName=REPOSITORY)
    assert got["lifecyclePolicyText"] == put["lifecyclePolicyText"], got
    wrong = text.replace('"countNumber": 10', '"countNumber": 0')
    refuses(ecr.exceptions.InvalidParameterException, ecr.put_lifecycle_policy, lifecyclePolicyText=wrong)

    refuses(ecr.exceptions.LifecyclePolicyPreviewNotFoundException, ecr.get_lifecycle_policy_preview)
    ecr.start_lifecycle_policy_preview(repositoryName=REPOSITORY)
    ecr.get_waiter("lifecycle_policy_preview_complete").wait(repositoryName=REPOSITORY)
    pages = list(
        ecr.get_paginator("get_lifecycle_policy_preview").paginate(repositoryName=REPOSITORY, PaginationConfig={"PageSize": 1})
    )
    results = [image for page in pages for image in page["previewResults"]]
    assert sorted(image["imageTags"] for image in results) == [["v0"], ["v1"]], results
    assert pages[0]["summary"]["expiringImageTotalCount"] == 2, pages[0]
    assert all(image["appliedRulePriority"] == 2 and image["action"]["type"] == "EXPIRE" for image in results), results

    ecr.delete_lifecycle_policy(repositoryName=REPOSITORY)
    refuses(ecr.exceptions.LifecyclePolicyNotFoundException, ecr.get_lifecycle_policy)
    return "ok"


def archive():
    if not hasattr(ecr, "update_image_storage_class"):
        return "unknown"
    push("v1")
    image = {"imageId": {"imageTag": "v1"}}
    changed = ecr.update_image_storage_class(repositoryName=REPOSITORY, targetStorageClass="ARCHIVE", **image)
    assert changed["imageStatus"] == "ARCHIVED", changed
    details = ecr.describe_images(repositoryName=REPOSITORY, filter={"imageStatus": "ARCHIVED"})["imageDetails"]
    assert [detail["imageTags"] for detail in details] == [["v1"]], details
    assert details[0]["lastArchivedAt"], details
    again = ecr.exceptions.ImageStorageClassUpdateNotSupportedException
    refuses(again, ecr.update_image_storage_class, targetStorageClass="ARCHIVE", **image)
    changed = ecr.update_image_storage_class(repositoryName=REPOSITORY, targetStorageClass="STANDARD", **image)
    assert changed["imageStatus"] == "ACTIVE", changed
    return "ok"


ecr.create_repository(repositoryName=REPOSITORY)
outcome = {"policies": policies, "archive": archive}[sys.argv[2]]()
ecr.delete_repository(repositoryName=REPOSITORY, force=True)
print(outcome)
