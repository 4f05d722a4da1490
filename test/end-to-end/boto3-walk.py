"""Walks through every family of KMS operations with boto3. Exits non-zero at the first surprise.

Usage: boto3-walk.py ENDPOINT_URL, with credentials and Region in the environment.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

SECRET = b"correct horse battery staple"

kms = boto3.client(
    "kms", endpoint_url=sys.argv[1], config=Config(retries={"max_attempts": 1})
)


def equal(found, expected):
    if found != expected:
        raise AssertionError(f"expected {expected!r}, found {found!r}")


@contextmanager
def refused(exception, message=None):
    """The call inside is refused with this exception and, if given, this message."""
    try:
        yield
    except exception as error:
        if exception is ClientError:
            equal(error.response["Error"]["Code"], "ValidationException")
        equal(error.response["ResponseMetadata"]["HTTPStatusCode"], 400)
        if message is not None:
            equal(error.response["Error"]["Message"], message)
        return
    raise AssertionError(f"the call was answered, without {exception.__name__}")


def new_key(**options):
    return kms.create_key(**options)["KeyMetadata"]


def keys():
    metadata = new_key(Description="made by boto3", Tags=[{"TagKey": "a", "TagValue": "1"}])
    key_id, arn = metadata["KeyId"], metadata["Arn"]
    equal(metadata["KeyState"], "Enabled")
    equal(metadata["CreationDate"].tzinfo is not None, True)
    kms.create_alias(AliasName="alias/boto3", TargetKeyId=key_id)
    alias_arn = arn.replace(f"key/{key_id}", "alias/boto3")
    for name in (key_id, arn, "alias/boto3", alias_arn):
        equal(kms.describe_key(KeyId=name)["KeyMetadata"], metadata)
    kms.update_key_description(KeyId=key_id, Description="changed")
    equal(kms.describe_key(KeyId=key_id)["KeyMetadata"]["Description"], "changed")

    kms.disable_key(KeyId=key_id)
    with refused(kms.exceptions.DisabledException, f"{arn} is disabled."):
        kms.encrypt(KeyId=key_id, Plaintext=SECRET)
    kms.enable_key(KeyId=key_id)
    kms.encrypt(KeyId=key_id, Plaintext=SECRET)

    scheduled = kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    equal(scheduled["KeyState"], "PendingDeletion")
    with refused(kms.exceptions.KMSInvalidStateException, f"{arn} is pending deletion."):
        kms.encrypt(KeyId=key_id, Plaintext=SECRET)
    equal(kms.cancel_key_deletion(KeyId=key_id)["KeyId"], arn)
    equal(kms.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"], "Disabled")
    with refused(kms.exceptions.NotFoundException, "Invalid keyId 'nope'"):
        kms.describe_key(KeyId="nope")


def aliases():
    one, two = new_key()["KeyId"], new_key()["KeyId"]
    kms.create_alias(AliasName="alias/boto3-moved", TargetKeyId=one)
    with refused(kms.exceptions.AlreadyExistsException):
        kms.create_alias(AliasName="alias/boto3-moved", TargetKeyId=two)
    with refused(kms.exceptions.NotFoundException):
        kms.update_alias(AliasName="alias/boto3-none", TargetKeyId=two)
    kms.update_alias(AliasName="alias/boto3-moved", TargetKeyId=two)
    equal(kms.list_aliases(KeyId=one)["Aliases"], [])
    equal(kms.list_aliases(KeyId=two)["Aliases"][0]["TargetKeyId"], two)
    kms.delete_alias(AliasName="alias/boto3-moved")
    equal(kms.list_aliases(KeyId=two)["Aliases"], [])


def cryptography():
    metadata = new_key()
    key_id, arn = metadata["KeyId"], metadata["Arn"]
    context = {"Department": "Engineering", "Grüße": "日本"}
    encrypted = kms.encrypt(KeyId=key_id, Plaintext=SECRET, EncryptionContext=context)
    blob = encrypted["CiphertextBlob"]
    equal(encrypted["KeyId"], arn)
    decrypted = kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)
    equal((decrypted["Plaintext"], decrypted["KeyId"]), (SECRET, arn))
    with refused(kms.exceptions.InvalidCiphertextException):
        kms.decrypt(CiphertextBlob=blob)
    with refused(kms.exceptions.InvalidCiphertextException):
        kms.decrypt(CiphertextBlob=b"not a blob", EncryptionContext=context)

    other = new_key()
    with refused(kms.exceptions.IncorrectKeyException):
        kms.decrypt(CiphertextBlob=blob, EncryptionContext=context, KeyId=other["KeyId"])
    moved = kms.re_encrypt(
        CiphertextBlob=blob,
        SourceEncryptionContext=context,
        DestinationKeyId=other["KeyId"],
    )
    equal((moved["SourceKeyId"], moved["KeyId"]), (arn, other["Arn"]))
    equal(kms.decrypt(CiphertextBlob=moved["CiphertextBlob"])["Plaintext"], SECRET)

    data_key = kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")
    equal(len(data_key["Plaintext"]), 32)
    opened = kms.decrypt(CiphertextBlob=data_key["CiphertextBlob"])
    equal(opened["Plaintext"], data_key["Plaintext"])
    without = kms.generate_data_key_without_plaintext(KeyId=key_id, KeySpec="AES_128")
    equal("Plaintext" in without, False)
    equal(len(kms.decrypt(CiphertextBlob=without["CiphertextBlob"])["Plaintext"]), 16)

    equal(len(kms.generate_random(NumberOfBytes=1024)["Plaintext"]), 1024)
    constraint = "Member must have value less than or equal to 1024"
    with refused(
        ClientError,
        "1 validation error detected: Value '1025' at 'numberOfBytes' "
        f"failed to satisfy constraint: {constraint}",
    ):
        kms.generate_random(NumberOfBytes=1025)
    with refused(
        kms.exceptions.DryRunOperationException,
        "The request would have succeeded, but the DryRun option is set.",
    ):
        kms.encrypt(KeyId=key_id, Plaintext=SECRET, DryRun=True)


def tags():
    key_id = new_key()["KeyId"]
    pairs = [{"TagKey": "a", "TagValue": "1"}, {"TagKey": "b", "TagValue": ""}]
    kms.tag_resource(KeyId=key_id, Tags=pairs)
    listed = kms.list_resource_tags(KeyId=key_id)["Tags"]
    equal(sorted(listed, key=lambda tag: tag["TagKey"]), pairs)
    kms.untag_resource(KeyId=key_id, TagKeys=["b"])
    equal(kms.list_resource_tags(KeyId=key_id)["Tags"], pairs[:1])
    with refused(kms.exceptions.TagException):
        kms.tag_resource(KeyId=key_id, Tags=[{"TagKey": "aws:x", "TagValue": "1"}])


def policies():
    key_id = new_key()["KeyId"]
    policy = json.loads(kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"])
    equal(policy["Id"], "key-default-1")
    text = json.dumps({**policy, "Id": "by-boto3"})
    kms.put_key_policy(KeyId=key_id, PolicyName="default", Policy=text)
    equal(kms.get_key_policy(KeyId=key_id)["Policy"], text)
    equal(kms.list_key_policies(KeyId=key_id)["PolicyNames"], ["default"])
    with refused(kms.exceptions.MalformedPolicyDocumentException):
        kms.put_key_policy(KeyId=key_id, PolicyName="default", Policy="{}")


def rotation():
    key_id = new_key()["KeyId"]
    blob = kms.encrypt(KeyId=key_id, Plaintext=SECRET)["CiphertextBlob"]
    equal(kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"], False)
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=100)
    status = kms.get_key_rotation_status(KeyId=key_id)
    equal((status["KeyRotationEnabled"], status["RotationPeriodInDays"]), (True, 100))
    kms.disable_key_rotation(KeyId=key_id)
    kms.rotate_key_on_demand(KeyId=key_id)
    rotations = kms.list_key_rotations(KeyId=key_id)["Rotations"]
    equal([one["RotationType"] for one in rotations], ["ON_DEMAND"])
    equal(kms.decrypt(CiphertextBlob=blob)["Plaintext"], SECRET)


def imports():
    metadata = new_key(Origin="EXTERNAL")
    key_id, arn = metadata["KeyId"], metadata["Arn"]
    equal((metadata["KeyState"], metadata["Enabled"]), ("PendingImport", False))
    with refused(kms.exceptions.KMSInvalidStateException, f"{arn} is pending import."):
        kms.encrypt(KeyId=key_id, Plaintext=SECRET)
    parameters = kms.get_parameters_for_import(
        KeyId=key_id, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
    )
    equal(parameters["ParametersValidTo"].tzinfo is not None, True)
    sent = {
        "KeyId": key_id,
        "ImportToken": parameters["ImportToken"],
        "EncryptedKeyMaterial": wrapped(parameters["PublicKey"], os.urandom(32)),
    }
    with refused(
        ClientError,
        "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES",
    ):
        kms.import_key_material(**sent)
    valid_to = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=30)
    imported = kms.import_key_material(**sent, ValidTo=valid_to)
    described = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    equal(described["ValidTo"], valid_to)
    equal(described["CurrentKeyMaterialId"], imported["KeyMaterialId"])
    blob = kms.encrypt(KeyId=key_id, Plaintext=SECRET)["CiphertextBlob"]
    kms.delete_imported_key_material(KeyId=key_id)
    with refused(kms.exceptions.KMSInvalidStateException, f"{arn} is pending import."):
        kms.decrypt(CiphertextBlob=blob)
    kms.import_key_material(**sent, ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE")
    equal(kms.decrypt(CiphertextBlob=blob)["Plaintext"], SECRET)
    with refused(kms.exceptions.InvalidImportTokenException):
        kms.import_key_material(**{**sent, "ImportToken": b"none"}, ValidTo=valid_to)


def wrapped(public_key, material):
    """RSAES_OAEP_SHA_256, by openssl: what Python brings along has no RSA."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("key.der", public_key), ("material.bin", material)):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(content)
        command = "openssl pkeyutl -encrypt -pubin -inkey key.der -keyform DER -in material.bin"
        options = ("rsa_padding_mode:oaep", "rsa_oaep_md:sha256", "rsa_mgf1_md:sha256")
        for option in options:
            command += f" -pkeyopt {option}"
        return subprocess.run(command.split(), cwd=folder, check=True, capture_output=True).stdout


def grants():
    key = new_key()
    key_id, arn = key["KeyId"], key["Arn"]
    root = f"arn:aws:iam::{key['AWSAccountId']}:root"
    context = {"Department": "IT"}
    asked = {
        "KeyId": key_id,
        "GranteePrincipal": root,
        "RetiringPrincipal": root,
        "Operations": ["Encrypt", "Decrypt", "CreateGrant"],
        "Constraints": {"EncryptionContextSubset": context},
    }
    named = kms.create_grant(**asked, Name="boto3")
    equal(kms.create_grant(**asked, Name="boto3")["GrantId"], named["GrantId"])
    made = [named, *(kms.create_grant(**asked) for _ in range(2))]
    ids = {grant["GrantId"] for grant in made}

    pages = list(
        kms.get_paginator("list_grants").paginate(KeyId=arn, PaginationConfig={"PageSize": 2})
    )
    equal([len(page["Grants"]) for page in pages], [2, 1])
    listed = [grant for page in pages for grant in page["Grants"]]
    equal({grant["GrantId"] for grant in listed}, ids)
    for grant in listed:
        equal(grant["KeyId"], arn)
        equal(grant["IssuingAccount"], root)
        equal(grant["Operations"], asked["Operations"])
        equal(grant["Constraints"], asked["Constraints"])
        equal(grant["Name"], "boto3" if grant["GrantId"] == named["GrantId"] else "")
    retirable = kms.list_retirable_grants(RetiringPrincipal=root)["Grants"]
    equal(ids <= {grant["GrantId"] for grant in retirable}, True)

    tokens = [grant["GrantToken"] for grant in made]
    kms.encrypt(KeyId=key_id, Plaintext=SECRET, EncryptionContext=context, GrantTokens=tokens)
    with refused(kms.exceptions.InvalidGrantTokenException):
        kms.encrypt(KeyId=key_id, Plaintext=SECRET, GrantTokens=["forged"])
    with refused(kms.exceptions.InvalidArnException):
        kms.create_grant(**{**asked, "GranteePrincipal": "nobody"})
    with refused(ClientError):
        kms.create_grant(**{**asked, "Operations": ["Sign"]})
    with refused(kms.exceptions.DryRunOperationException):
        kms.create_grant(**asked, DryRun=True)

    kms.retire_grant(GrantToken=tokens[0])
    kms.retire_grant(KeyId=arn, GrantId=made[1]["GrantId"])
    kms.revoke_grant(KeyId=key_id, GrantId=made[2]["GrantId"])
    equal(kms.list_grants(KeyId=key_id)["Grants"], [])
    gone = named["GrantId"]
    with refused(kms.exceptions.NotFoundException, f"Grant ID {gone} not found"):
        kms.revoke_grant(KeyId=key_id, GrantId=gone)


def pages():
    made = {new_key()["KeyId"] for _ in range(3)}
    found = []
    for page in kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 1}):
        equal(len(page["Keys"]), 1)
        found += [key["KeyId"] for key in page["Keys"]]
    equal(len(found), len(set(found)))
    equal(made <= set(found), True)

    key_id = made.pop()
    names = [f"alias/boto3-page-{number}" for number in range(5)]
    for name in names:
        kms.create_alias(AliasName=name, TargetKeyId=key_id)
    paginator = kms.get_paginator("list_aliases")
    found = list(paginator.paginate(KeyId=key_id, PaginationConfig={"PageSize": 2}))
    equal([len(page["Aliases"]) for page in found], [2, 2, 1])
    listed = [alias["AliasName"] for page in found for alias in page["Aliases"]]
    equal(sorted(listed), names)


def custom_key_stores():
    equal(kms.describe_custom_key_stores()["CustomKeyStores"], [])
    with refused(
        kms.exceptions.CustomKeyStoreNotFoundException,
        "AWS KMS cannot find a custom key store with the specified custom key store name or ID.",
    ):
        kms.connect_custom_key_store(CustomKeyStoreId="cks-1234567890abcdef0")


def presigned():
    """A call signed in the query string, sent by something that is no AWS client."""
    url = kms.generate_presigned_url("list_keys", Params={}, ExpiresIn=60, HttpMethod="POST")
    headers = {"X-Amz-Target": "TrentService.ListKeys", "Content-Type": "application/x-amz-json-1.1"}
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def send(to):
        request = urllib.request.Request(to, data=b"", headers=headers, method="POST")
        with direct.open(request) as response:
            return json.load(response)

    equal(send(url)["Keys"][0].keys(), {"KeyId", "KeyArn"})
    try:
        send(url.replace("X-Amz-Expires=60", "X-Amz-Expires=61"))
    except urllib.error.HTTPError as error:
        equal(error.code, 400)
        equal(json.load(error)["__type"], "InvalidSignatureException")
    else:
        raise AssertionError("a changed URL was answered")


steps = (
    (keys, aliases, cryptography, tags, policies, rotation, imports, grants, pages)
    + (custom_key_stores, presigned)
)
for step in steps:
    step()
    print(f"{step.__name__}: as expected")
print("the walk is complete")
