import type { JsonObject } from "./admin-client.ts";
import { CommandFailure } from "./failure.ts";
import { printJson } from "./output.ts";

/**
 * Prints the credentials in an answer as JSON with the members accountId, accessKeyId,
 * secretAccessKey and region. The secret is a string here and nowhere else: this process
 * was started to show it, and ends with it.
 */
export function printCredentials(answer: JsonObject, form: "line" | "indented"): void {
  const secret = answer["SecretAccessKey"];
  if (typeof secret !== "string") throw new CommandFailure("The server sent no secret access key.");
  printJson(
    {
      accountId: answer["AccountId"],
      accessKeyId: answer["AccessKeyId"],
      secretAccessKey: Buffer.from(secret, "base64").toString("latin1"),
      region: answer["Region"],
    },
    form,
  );
}
