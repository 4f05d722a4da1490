import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readCredentialsFile } from "./credentials-file.ts";

const directory = mkdtempSync(path.join(os.tmpdir(), "keyhaven-credentials-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function write(text: string): string {
  const file = path.join(directory, "bootstrap-credentials.json");
  writeFileSync(file, text);
  return file;
}

const credentials = {
  accountId: "111122223333",
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  region: "us-east-1",
};

describe("the credentials file", () => {
  test.each([undefined, 2])("is read as JSON.stringify(…, %s) writes it", (indentation) => {
    const read = readCredentialsFile(write(JSON.stringify(credentials, undefined, indentation)));
    expect({ ...read, secretAccessKey: read.secretAccessKey.toString() }).toEqual({
      accessKeyId: credentials.accessKeyId,
      region: credentials.region,
      secretAccessKey: credentials.secretAccessKey,
    });
  });

  test.each(["", "{}", '{"accessKeyId":"AKIA', '{"accessKeyId":"A","region":"r"}', "null"])(
    "is refused when it is not one: %s",
    (text) => {
      expect(() => readCredentialsFile(write(text))).toThrow("The credentials file has no");
    },
  );
});
