import { describe, expect, test } from "vitest";
import { greeting } from "./greeting.ts";

const url = "http://127.0.0.1:4566";
const credentials = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  region: "eu-west-1",
  secretAccessKey: Buffer.from("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
};

describe("the greeting", () => {
  test("begins with the ready line, exactly", () => {
    const text = greeting({ url, credentialsPath: "/data/bootstrap-credentials.json" });
    expect(text.toString().split("\n")[0]).toBe("keyhaven ready http://127.0.0.1:4566");
  });

  test("shows the credentials on the first start, as a shell takes them", () => {
    const text = greeting({ url, credentialsPath: "/data/c.json", credentials }).toString();
    expect(text).toContain("export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\n");
    expect(text).toContain(
      "export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
    );
    expect(text).toContain("export AWS_DEFAULT_REGION=eu-west-1\n");
    expect(text).toContain("/data/c.json");
    expect(text.match(/aws kms (create-key|encrypt|decrypt) --endpoint-url \S+/g)).toHaveLength(3);
  });

  test("says later only where the credentials are", () => {
    const text = greeting({ url, credentialsPath: "/data/c.json" }).toString();
    expect(text).toContain("/data/c.json");
    expect(text).not.toContain("SECRET");
  });
});
