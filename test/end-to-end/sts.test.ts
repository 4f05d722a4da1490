import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { awsEnvironment, boto3Lack, cliLack, runAws, skipped } from "./aws-clients.ts";
import {
  type KeyhavenProcess,
  removeDirectory,
  startKeyhavenProcess,
  temporaryDirectory,
} from "./keyhaven-process.ts";

const run = promisify(execFile);
const scratch = temporaryDirectory();
let keyhaven: KeyhavenProcess;

beforeAll(async () => {
  keyhaven = await startKeyhavenProcess({ dataDirectory: path.join(scratch, "data") });
});
afterAll(async () => {
  await keyhaven?.stop();
  removeDirectory(scratch);
});

describe.skipIf(cliLack !== undefined)(`aws sts get-caller-identity${skipped(cliLack)}`, () => {
  test("says whose credentials they are", async () => {
    const { accountId } = keyhaven.credentials;
    expect(JSON.parse(await callerIdentity())).toEqual({
      UserId: accountId,
      Account: accountId,
      Arn: `arn:aws:iam::${accountId}:root`,
    });
  });

  test("signed for the global endpoint, is answered whatever the Region", async () => {
    const global = await callerIdentity({ AWS_DEFAULT_REGION: "us-east-1" });
    expect(JSON.parse(global)).toMatchObject({ Account: keyhaven.credentials.accountId });
  });

  test.each([
    [
      "an unknown access key",
      { AWS_ACCESS_KEY_ID: "AKIAUNKNOWNUNKNOWN12" },
      "(InvalidClientTokenId) when calling the GetCallerIdentity operation: " +
        "The security token included in the request is invalid.",
    ],
    [
      "a wrong secret",
      { AWS_SECRET_ACCESS_KEY: "wrong" },
      "(SignatureDoesNotMatch) when calling the GetCallerIdentity operation: " +
        "The request signature we calculated does not match the signature you provided. ",
    ],
    [
      "a Region that is not served",
      { AWS_DEFAULT_REGION: "us-moon-1", AWS_STS_REGIONAL_ENDPOINTS: "regional" },
      "(SignatureDoesNotMatch) when calling the GetCallerIdentity operation: " +
        "Credential should be scoped to a valid region.",
    ],
  ])("refuses %s", async (_, changes, line) => {
    await expect(callerIdentity(changes)).rejects.toMatchObject({
      stderr: expect.stringContaining(line) as string,
    });
  });
});

/** Kubernetes and others let a client prove who it is by a presigned URL, sent by the prover. */
describe.skipIf(boto3Lack !== undefined)(`a presigned URL${skipped(boto3Lack)}`, () => {
  const script = `
import sys, urllib.request, boto3
from botocore.signers import RequestSigner
session = boto3.session.Session()
sts = session.client("sts", endpoint_url=sys.argv[1])
signer = RequestSigner(sts.meta.service_model.service_id, session.region_name, "sts", "v4",
                       session.get_credentials(), session.events)
headers = {"x-k8s-aws-id": "cluster"}
url = signer.generate_presigned_url(
    {"method": "GET", "url": sys.argv[1] + "/?Action=GetCallerIdentity&Version=2011-06-15",
     "body": {}, "headers": headers, "context": {}},
    region_name=session.region_name, expires_in=60, operation_name="")
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
print(direct.open(urllib.request.Request(url, headers=headers)).read().decode())
`;

  test("of GetCallerIdentity proves who made it", async () => {
    const options = ["-c", script, keyhaven.url];
    const { stdout } = await run("python3", options, { env: awsEnvironment(keyhaven) });
    expect(stdout).toContain(`<Account>${keyhaven.credentials.accountId}</Account>`);
  });
});

async function callerIdentity(changes: NodeJS.ProcessEnv = {}): Promise<string> {
  const options = ["sts", "get-caller-identity", "--output", "json"];
  return await runAws(keyhaven, options, changes);
}
