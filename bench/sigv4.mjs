/** Signs requests with AWS Signature Version 4, as an AWS SDK would. */
import { createHmac, hash } from "node:crypto";

const algorithm = "AWS4-HMAC-SHA256";
const contentType = "application/x-amz-json-1.1";

/**
 * Makes a function that signs calls of KMS with one access key, at one time: a server lets
 * a signature count for five minutes. It takes the value of X-Amz-Target and the body and
 * returns the header fields of a POST to "/".
 *
 * @param {{ accessKeyId: string, secretAccessKey: string, region: string, host: string }} key
 * @param {Date} at
 */
export function createSigner({ accessKeyId, secretAccessKey, region, host }, at = new Date()) {
  const timestamp = at.toISOString().replaceAll(/[-:]|\.\d{3}/g, "");
  const date = timestamp.slice(0, 8);
  const scope = `${date}/${region}/kms/aws4_request`;
  const steps = [date, region, "kms", "aws4_request"];
  const signingKey = steps.reduce(hmac, `AWS4${secretAccessKey}`);
  return (target, body) => {
    const signed = {
      "content-type": contentType,
      host,
      "x-amz-date": timestamp,
      "x-amz-target": target,
    };
    const names = Object.keys(signed).join(";");
    const fields = Object.entries(signed).map(([name, value]) => `${name}:${value}\n`);
    const canonical = `POST\n/\n\n${fields.join("")}\n${names}\n${hash("sha256", body)}`;
    const toSign = `${algorithm}\n${timestamp}\n${scope}\n${hash("sha256", canonical)}`;
    const signature = hmac(signingKey, toSign).toString("hex");
    const credential = `Credential=${accessKeyId}/${scope}`;
    return {
      ...signed,
      authorization: `${algorithm} ${credential}, SignedHeaders=${names}, Signature=${signature}`,
    };
  };
}

function hmac(key, text) {
  return createHmac("sha256", key).update(text).digest();
}
