/** The AWS clients of this machine, as tests of a server use them. */
import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import type { KeyhavenProcess } from "./keyhaven-process.ts";

const run = promisify(execFile);

/** What keeps a command from being used here, or undefined. */
export function lack(
  command: string,
  options: readonly string[],
  version: RegExp,
  oldestByMajor: Readonly<Record<number, string>>,
): string | undefined {
  const { status, stdout, stderr } = spawnSync(command, options, { encoding: "utf8" });
  const found = version.exec(`${stdout}${stderr}`)?.[1];
  if (status !== 0 || found === undefined) return "it is not installed";
  const oldest = oldestByMajor[Number.parseInt(found, 10)];
  const older = oldest !== undefined && found.localeCompare(oldest, "en", { numeric: true }) < 0;
  return older ? `version ${found} is older than ${oldest}` : undefined;
}

/** The end of the name of what is skipped. */
export function skipped(reason: string | undefined): string {
  return reason === undefined ? "" : ` (skipped: ${reason})`;
}

/** Oldest versions that know on-demand rotation. */
export const cliLack = lack("aws", ["--version"], /aws-cli\/([\d.]+)/, {
  1: "1.32.83",
  2: "2.15.40",
});
export const boto3Lack = lack(
  "python3",
  ["-c", "import boto3, botocore; print(botocore.__version__)"],
  /^([\d.]+)/,
  { 1: "1.34.83" },
);

/** The environment for another AWS client: this server, and nothing of the user's own. */
export function awsEnvironment({
  credentials,
}: Pick<KeyhavenProcess, "credentials">): NodeJS.ProcessEnv {
  const foreign = /^(?:AWS_|HTTPS?_PROXY$|ALL_PROXY$)/i;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return {
    ...Object.fromEntries(kept),
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_DEFAULT_REGION: credentials.region,
    AWS_CONFIG_FILE: "/nonexistent/config",
    AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_PAGER: "",
  };
}

type Server = Pick<KeyhavenProcess, "credentials" | "url">;

/**
 * What the AWS CLI prints when it is run against a server. Rejects when it fails: errorLine
 * tells how.
 */
export async function runAws(
  server: Server,
  options: readonly string[],
  changes: NodeJS.ProcessEnv = {},
): Promise<string> {
  const env = { ...awsEnvironment(server), ...changes };
  return (await run("aws", ["--endpoint-url", server.url, ...options], { env })).stdout;
}

/** The line in which the AWS CLI says what a call was refused for. Any other end rejects. */
export async function errorLine(attempt: Promise<unknown>): Promise<string> {
  const failure: unknown = await attempt.then(
    (answer) => new Error(`the call was answered: ${String(answer)}`),
    (reason: unknown) => reason,
  );
  if (!(failure instanceof Error) || !("stderr" in failure)) throw failure;
  const line = /An error occurred .*/.exec(String(failure.stderr))?.[0];
  if (line === undefined) throw failure;
  return line;
}
